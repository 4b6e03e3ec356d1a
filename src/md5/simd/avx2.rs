//! Eight lanes, or twice eight, on an x86-64 with AVX2.

use std::arch::x86_64::{
    __m256i as Register, _mm256_add_epi32 as add, _mm256_and_si256 as and, _mm256_andnot_si256 as not_and,
    _mm256_loadu_si256, _mm256_or_si256 as or, _mm256_permute2x128_si256 as permute_halves, _mm256_set1_epi32,
    _mm256_slli_epi32 as shift_left, _mm256_srli_epi32 as shift_right, _mm256_storeu_si256,
    _mm256_unpackhi_epi32 as unpack_high_words, _mm256_unpackhi_epi64 as unpack_high_pairs,
    _mm256_unpacklo_epi32 as unpack_low_words, _mm256_unpacklo_epi64 as unpack_low_pairs, _mm256_xor_si256 as xor,
};

use super::kernel::Block;

super::vector::vector!("avx2", lanes: 8);

#[target_feature(enable = "avx2")]
#[inline]
fn load(words: &[u32; 8]) -> Register {
    // SAFETY: reads the 32 bytes of `words`, at any alignment.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(words: &mut [u32; 8], register: Register) {
    // SAFETY: writes the 32 bytes of `words`, at any alignment.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), register) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_half(block: &Block, half: usize) -> Register {
    let bytes: &[u8; 32] = &block.as_chunks().0[half];
    // SAFETY: reads the 32 bytes of `bytes`, at any alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn transpose(blocks: [&Block; 8]) -> [Register; 16] {
    let mut words = [splat(0); 16];
    for (half, words) in words.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let [row0, row1, row2, row3, row4, row5, row6, row7] = blocks.map(|block| load_half(block, half));
        let [low, high] = [transpose_quarters(row0, row1, row2, row3), transpose_quarters(row4, row5, row6, row7)];
        for word in 0..4 {
            words[word] = permute_halves::<0x20>(low[word], high[word]);
            words[word + 4] = permute_halves::<0x31>(low[word], high[word]);
        }
    }
    words
}

/// Four rows of eight words, as two squares of four words side by side: no unpacking leaves its half of a register.
#[target_feature(enable = "avx2")]
#[inline]
fn transpose_quarters(row0: Register, row1: Register, row2: Register, row3: Register) -> [Register; 4] {
    let [low01, high01] = [unpack_low_words(row0, row1), unpack_high_words(row0, row1)];
    let [low23, high23] = [unpack_low_words(row2, row3), unpack_high_words(row2, row3)];
    [
        unpack_low_pairs(low01, low23),
        unpack_high_pairs(low01, low23),
        unpack_low_pairs(high01, high23),
        unpack_high_pairs(high01, high23),
    ]
}

#[target_feature(enable = "avx2")]
#[inline]
fn splat(word: u32) -> Register {
    _mm256_set1_epi32(word.cast_signed())
}

#[target_feature(enable = "avx2")]
#[inline]
fn or_not(a: Register, b: Register) -> Register {
    or(a, xor(b, splat(u32::MAX)))
}

#[target_feature(enable = "avx2")]
#[inline]
fn select(mask: Register, yes: Register, no: Register) -> Register {
    or(and(mask, yes), not_and(mask, no))
}

#[target_feature(enable = "avx2")]
#[inline]
fn add_selected(sum: Register, mask: Register, yes: Register, no: Register) -> Register {
    add(add(sum, not_and(mask, no)), and(mask, yes))
}

#[target_feature(enable = "avx2")]
#[inline]
fn rotate<const LEFT: i32, const RIGHT: i32>(register: Register) -> Register {
    or(shift_left::<LEFT>(register), shift_right::<RIGHT>(register))
}
