//! One message at a time, or two, in the general registers.

use super::kernel::{MAX_LANES, Messages, Pair, State, Vector, compress};

/// One message.
pub(super) fn single(state: &mut State, messages: &Messages, count: usize) {
    compress(Word(0), state, messages, count);
}

/// Two messages.
pub(super) fn double(state: &mut State, messages: &Messages, count: usize) {
    compress(Pair(Word(0), Word(0)), state, messages, count);
}

#[derive(Clone, Copy)]
struct Word(u32);

impl Vector for Word {
    const LANES: usize = 1;

    #[inline(always)]
    fn load(self, words: &[u32; MAX_LANES], first: usize) -> Self {
        Self(words[first])
    }

    #[inline(always)]
    fn store(self, words: &mut [u32; MAX_LANES], first: usize) {
        words[first] = self.0;
    }

    #[inline(always)]
    fn transpose(self, messages: &Messages, first: usize, index: usize) -> [Self; 16] {
        let mut words = [self; 16];
        for (word, bytes) in words.iter_mut().zip(messages[first][index].as_chunks().0) {
            *word = Self(u32::from_le_bytes(*bytes));
        }
        words
    }

    #[inline(always)]
    fn splat(self, word: u32) -> Self {
        Self(word)
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0)).settled()
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(self.0 ^ other.0).settled()
    }

    #[inline(always)]
    fn or_not(self, other: Self) -> Self {
        Self(self.0 | !other.0)
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        Self((yes.0 ^ no.0) & self.0 ^ no.0)
    }

    #[inline(always)]
    fn add_selected(self, mask: Self, yes: Self, no: Self) -> Self {
        self.add(Self(no.0 & !mask.0)).add(Self(yes.0 & mask.0))
    }

    #[inline(always)]
    fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        Self(self.0.rotate_left(LEFT.cast_unsigned()))
    }
}

impl Word {
    /// Keeps LLVM from regrouping sums and exclusive ors: it may, since they are associative, and it does so without
    /// regard to which operand is known last. That alone costs a fifth of the speed.
    #[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
    #[inline(always)]
    #[expect(asm_sub_register, reason = "only a comment names the register")]
    fn settled(mut self) -> Self {
        // SAFETY: the assembly is a comment.
        unsafe { std::arch::asm!("/* {0} */", inout(reg) self.0, options(pure, nomem, nostack, preserves_flags)) };
        self
    }

    /// Nothing, where speed is not the point.
    #[cfg(not(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri))))]
    #[inline(always)]
    fn settled(self) -> Self {
        self
    }
}
