//! What the instruction sets have in common.
//!
//! The module of an instruction set has a `Register`, and functions that are compiled with its target feature: safe to
//! write, and safe to call where the CPU is known to have the feature. [`vector!`](vector) makes a
//! [`Vector`](super::kernel::Vector) of them, whose every value is the proof of that.

/// The [`Vector`](super::kernel::Vector) of a module's `Register`, and the two kernels that run on it.
macro_rules! vector {
    ($feature:literal, lanes: $lanes:literal) => {
        use super::kernel::{MAX_LANES, Messages, Pair, State, Vector, compress};

        /// One vector of messages.
        #[target_feature(enable = $feature)]
        pub(super) fn single(state: &mut State, messages: &Messages, count: usize) {
            compress(Lanes(splat(0)), state, messages, count);
        }

        /// Two vectors of messages.
        #[target_feature(enable = $feature)]
        pub(super) fn double(state: &mut State, messages: &Messages, count: usize) {
            compress(Pair(Lanes(splat(0)), Lanes(splat(0))), state, messages, count);
        }

        /// Made only in the two functions above, which have the target feature, and from another one.
        #[derive(Clone, Copy)]
        struct Lanes(Register);

        impl Vector for Lanes {
            const LANES: usize = $lanes;

            #[inline(always)]
            fn load(self, words: &[u32; MAX_LANES], first: usize) -> Self {
                let words = words[first..].first_chunk().expect("the lanes of a kernel are at most MAX_LANES");
                // SAFETY: `self` proves the target feature.
                Self(unsafe { load(words) })
            }

            #[inline(always)]
            fn store(self, words: &mut [u32; MAX_LANES], first: usize) {
                let words = words[first..].first_chunk_mut().expect("the lanes of a kernel are at most MAX_LANES");
                // SAFETY: `self` proves the target feature.
                unsafe { store(words, self.0) }
            }

            #[inline(always)]
            fn transpose(self, messages: &Messages, first: usize, index: usize) -> [Self; 16] {
                let mut blocks = [&messages[first][index]; $lanes];
                for (block, message) in blocks.iter_mut().zip(&messages[first..]) {
                    *block = &message[index];
                }
                // SAFETY: `self` proves the target feature.
                unsafe { transpose(blocks) }.map(Self)
            }

            #[inline(always)]
            fn splat(self, word: u32) -> Self {
                // SAFETY: `self` proves the target feature.
                Self(unsafe { splat(word) })
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: `self` proves the target feature.
                Self(unsafe { add(self.0, other.0) })
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                // SAFETY: `self` proves the target feature.
                Self(unsafe { xor(self.0, other.0) })
            }

            #[inline(always)]
            fn or_not(self, other: Self) -> Self {
                // SAFETY: `self` proves the target feature.
                Self(unsafe { or_not(self.0, other.0) })
            }

            #[inline(always)]
            fn select(self, yes: Self, no: Self) -> Self {
                // SAFETY: `self` proves the target feature.
                Self(unsafe { select(self.0, yes.0, no.0) })
            }

            #[inline(always)]
            fn add_selected(self, mask: Self, yes: Self, no: Self) -> Self {
                // SAFETY: `self` proves the target feature.
                Self(unsafe { add_selected(self.0, mask.0, yes.0, no.0) })
            }

            #[inline(always)]
            fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
                // SAFETY: `self` proves the target feature.
                Self(unsafe { rotate::<LEFT, RIGHT>(self.0) })
            }
        }
    };
}

pub(super) use vector;
