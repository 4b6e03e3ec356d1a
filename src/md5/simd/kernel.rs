//! MD5's block function, written once for every kind of word.

/// What the block function takes in at once: 64 bytes of a message.
pub(super) type Block = [u8; 64];

/// The most messages that a kernel takes at once.
pub(super) const MAX_LANES: usize = 16;

/// The blocks still to come of up to [`MAX_LANES`] messages.
pub(super) type Messages<'a> = [&'a [Block]; MAX_LANES];

/// The chaining values of up to [`MAX_LANES`] messages: all words A side by side, then all B, C and D, so that any
/// vector of them is one load.
pub(super) type State = [[u32; MAX_LANES]; 4];

/// The chaining value before the first block (RFC 1321, 3.3).
pub(super) const INITIAL: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// Takes `count` blocks of each of the first `V::LANES` messages into their chaining values.
///
/// The caller is a function with the target feature of `V`, and everything from here down is inlined into it.
#[inline(always)]
pub(super) fn compress<V: Vector>(proof: V, state: &mut State, messages: &Messages, count: usize) {
    let [mut a, mut b, mut c, mut d] =
        [proof.load(&state[0], 0), proof.load(&state[1], 0), proof.load(&state[2], 0), proof.load(&state[3], 0)];
    for index in 0..count {
        let words = proof.transpose(messages, 0, index);
        let (a0, b0, c0, d0) = (a, b, c, d);

        macro_rules! step {
            ($add:ident, $a:ident $b:ident $c:ident $d:ident, $word:literal $constant:literal, $left:literal) => {
                let sum = $add($a.add(proof.splat($constant)).add(words[$word]), $b, $c, $d);
                $a = sum.rotate::<$left, { 32 - $left }>().add($b);
            };
        }
        macro_rules! round {
            ($add:ident, [$l0:literal $l1:literal $l2:literal $l3:literal],
             $($w0:literal $k0:literal $w1:literal $k1:literal $w2:literal $k2:literal $w3:literal $k3:literal)*) => {$(
                step!($add, a b c d, $w0 $k0, $l0);
                step!($add, d a b c, $w1 $k1, $l1);
                step!($add, c d a b, $w2 $k2, $l2);
                step!($add, b c d a, $w3 $k3, $l3);
            )*};
        }
        // RFC 1321, 3.4: for each step the number of its word and its constant.
        round!(add_f, [7 12 17 22],
            0 0xd76a_a478  1 0xe8c7_b756  2 0x2420_70db  3 0xc1bd_ceee
            4 0xf57c_0faf  5 0x4787_c62a  6 0xa830_4613  7 0xfd46_9501
            8 0x6980_98d8  9 0x8b44_f7af  10 0xffff_5bb1  11 0x895c_d7be
            12 0x6b90_1122  13 0xfd98_7193  14 0xa679_438e  15 0x49b4_0821);
        round!(add_g, [5 9 14 20],
            1 0xf61e_2562  6 0xc040_b340  11 0x265e_5a51  0 0xe9b6_c7aa
            5 0xd62f_105d  10 0x0244_1453  15 0xd8a1_e681  4 0xe7d3_fbc8
            9 0x21e1_cde6  14 0xc337_07d6  3 0xf4d5_0d87  8 0x455a_14ed
            13 0xa9e3_e905  2 0xfcef_a3f8  7 0x676f_02d9  12 0x8d2a_4c8a);
        round!(add_h, [4 11 16 23],
            5 0xfffa_3942  8 0x8771_f681  11 0x6d9d_6122  14 0xfde5_380c
            1 0xa4be_ea44  4 0x4bde_cfa9  7 0xf6bb_4b60  10 0xbebf_bc70
            13 0x289b_7ec6  0 0xeaa1_27fa  3 0xd4ef_3085  6 0x0488_1d05
            9 0xd9d4_d039  12 0xe6db_99e5  15 0x1fa2_7cf8  2 0xc4ac_5665);
        round!(add_i, [6 10 15 21],
            0 0xf429_2244  7 0x432a_ff97  14 0xab94_23a7  5 0xfc93_a039
            12 0x655b_59c3  3 0x8f0c_cc92  10 0xffef_f47d  1 0x8584_5dd1
            8 0x6fa8_7e4f  15 0xfe2c_e6e0  6 0xa301_4314  13 0x4e08_11a1
            4 0xf753_7e82  11 0xbd3a_f235  2 0x2ad7_d2bb  9 0xeb86_d391);

        (a, b, c, d) = (a.add(a0), b.add(b0), c.add(c0), d.add(d0));
    }
    a.store(&mut state[0], 0);
    b.store(&mut state[1], 0);
    c.store(&mut state[2], 0);
    d.store(&mut state[3], 0);
}

// The four functions of RFC 1321, each added to `sum`. In every step `b` is the word that the step before has only just
// made, while all else is long known: what is left to do once `b` is there decides the speed of a single vector.

#[inline(always)]
fn add_f<V: Vector>(sum: V, b: V, c: V, d: V) -> V {
    sum.add(b.select(c, d))
}

#[inline(always)]
fn add_g<V: Vector>(sum: V, b: V, c: V, d: V) -> V {
    sum.add_selected(d, b, c)
}

#[inline(always)]
fn add_h<V: Vector>(sum: V, b: V, c: V, d: V) -> V {
    sum.add(c.xor(d).xor(b))
}

#[inline(always)]
fn add_i<V: Vector>(sum: V, b: V, c: V, d: V) -> V {
    sum.add(b.or_not(d).xor(c))
}

/// The same word of `LANES` messages.
///
/// A value is the proof that the CPU has the instructions it needs: the first one is made in a function of their target
/// feature, every other one from a value. That is why every method takes `self`, and may be safe.
pub(super) trait Vector: Copy {
    const LANES: usize;

    /// `words[first..]`, a word for each lane.
    fn load(self, words: &[u32; MAX_LANES], first: usize) -> Self;

    /// Puts the word of each lane back to `words[first..]`.
    fn store(self, words: &mut [u32; MAX_LANES], first: usize);

    /// The 16 words of block `index`, each from all of `messages[first..]`.
    fn transpose(self, messages: &Messages, first: usize, index: usize) -> [Self; 16];

    /// `word` in every lane.
    fn splat(self, word: u32) -> Self;

    /// `self + other`, modulo 2^32.
    fn add(self, other: Self) -> Self;

    /// `self ^ other`.
    fn xor(self, other: Self) -> Self;

    /// `self | !other`.
    fn or_not(self, other: Self) -> Self;

    /// The bits of `yes` where `self` has ones, those of `no` where it has zeros; `self` is known last.
    fn select(self, yes: Self, no: Self) -> Self;

    /// `self + mask.select(yes, no)`; `yes` is known last.
    ///
    /// Without an instruction for it, the fastest is `(self + (no & !mask)) + (yes & mask)`: the halves have no bit in
    /// common, so that `+` does for `|`, and the first addition need not wait for `yes`.
    fn add_selected(self, mask: Self, yes: Self, no: Self) -> Self;

    /// Rotates left by `LEFT` bits. `RIGHT` is the rest of the 32, spelt out for the shifts' immediate operands.
    fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self;
}

/// Two vectors in step: while the one waits for a result, the CPU has the other's instructions to do.
#[derive(Clone, Copy)]
pub(super) struct Pair<V>(pub(super) V, pub(super) V);

impl<V: Vector> Vector for Pair<V> {
    const LANES: usize = 2 * V::LANES;

    #[inline(always)]
    fn load(self, words: &[u32; MAX_LANES], first: usize) -> Self {
        Self(self.0.load(words, first), self.1.load(words, first + V::LANES))
    }

    #[inline(always)]
    fn store(self, words: &mut [u32; MAX_LANES], first: usize) {
        self.0.store(words, first);
        self.1.store(words, first + V::LANES);
    }

    #[inline(always)]
    fn transpose(self, messages: &Messages, first: usize, index: usize) -> [Self; 16] {
        let low = self.0.transpose(messages, first, index);
        let high = self.1.transpose(messages, first + V::LANES, index);
        let mut words = [self; 16];
        for (word, (low, high)) in words.iter_mut().zip(low.into_iter().zip(high)) {
            *word = Self(low, high);
        }
        words
    }

    #[inline(always)]
    fn splat(self, word: u32) -> Self {
        Self(self.0.splat(word), self.1.splat(word))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0), self.1.add(other.1))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(self.0.xor(other.0), self.1.xor(other.1))
    }

    #[inline(always)]
    fn or_not(self, other: Self) -> Self {
        Self(self.0.or_not(other.0), self.1.or_not(other.1))
    }

    #[inline(always)]
    fn select(self, yes: Self, no: Self) -> Self {
        Self(self.0.select(yes.0, no.0), self.1.select(yes.1, no.1))
    }

    #[inline(always)]
    fn add_selected(self, mask: Self, yes: Self, no: Self) -> Self {
        Self(self.0.add_selected(mask.0, yes.0, no.0), self.1.add_selected(mask.1, yes.1, no.1))
    }

    #[inline(always)]
    fn rotate<const LEFT: i32, const RIGHT: i32>(self) -> Self {
        Self(self.0.rotate::<LEFT, RIGHT>(), self.1.rotate::<LEFT, RIGHT>())
    }
}
