//! Four lanes, or twice four, on any x86-64.

use std::arch::x86_64::{
    __m128i as Register, _mm_add_epi32 as add, _mm_and_si128 as and, _mm_andnot_si128 as not_and, _mm_loadu_si128,
    _mm_or_si128 as or, _mm_set1_epi32, _mm_slli_epi32 as shift_left, _mm_srli_epi32 as shift_right, _mm_storeu_si128,
    _mm_unpackhi_epi32 as unpack_high_words, _mm_unpackhi_epi64 as unpack_high_pairs,
    _mm_unpacklo_epi32 as unpack_low_words, _mm_unpacklo_epi64 as unpack_low_pairs, _mm_xor_si128 as xor,
};

use super::kernel::Block;

super::vector::vector!("sse2", lanes: 4);

#[target_feature(enable = "sse2")]
#[inline]
fn load(words: &[u32; 4]) -> Register {
    // SAFETY: reads the 16 bytes of `words`, at any alignment.
    unsafe { _mm_loadu_si128(words.as_ptr().cast()) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn store(words: &mut [u32; 4], register: Register) {
    // SAFETY: writes the 16 bytes of `words`, at any alignment.
    unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), register) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn load_quarter(block: &Block, quarter: usize) -> Register {
    let bytes: &[u8; 16] = &block.as_chunks().0[quarter];
    // SAFETY: reads the 16 bytes of `bytes`, at any alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn transpose(blocks: [&Block; 4]) -> [Register; 16] {
    let mut words = [splat(0); 16];
    for (quarter, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let [row0, row1, row2, row3] = blocks.map(|block| load_quarter(block, quarter));
        let [low01, high01] = [unpack_low_words(row0, row1), unpack_high_words(row0, row1)];
        let [low23, high23] = [unpack_low_words(row2, row3), unpack_high_words(row2, row3)];
        *words = [
            unpack_low_pairs(low01, low23),
            unpack_high_pairs(low01, low23),
            unpack_low_pairs(high01, high23),
            unpack_high_pairs(high01, high23),
        ];
    }
    words
}

#[target_feature(enable = "sse2")]
#[inline]
fn splat(word: u32) -> Register {
    _mm_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "sse2")]
#[inline]
fn or_not(a: Register, b: Register) -> Register {
    or(a, xor(b, splat(u32::MAX)))
}

#[target_feature(enable = "sse2")]
#[inline]
fn select(mask: Register, yes: Register, no: Register) -> Register {
    or(and(mask, yes), not_and(mask, no))
}

#[target_feature(enable = "sse2")]
#[inline]
fn add_selected(sum: Register, mask: Register, yes: Register, no: Register) -> Register {
    add(add(sum, not_and(mask, no)), and(mask, yes))
}

#[target_feature(enable = "sse2")]
#[inline]
fn rotate<const LEFT: i32, const RIGHT: i32>(register: Register) -> Register {
    or(shift_left::<LEFT>(register), shift_right::<RIGHT>(register))
}
