//! Twenty-four bytes at a time into thirty-two characters, after Wojciech Muła and Daniel Lemire, "Faster Base64 Encoding
//! and Decoding Using AVX2 Instructions" (2018).

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_add_epi8, _mm256_and_si256, _mm256_cmpgt_epi8, _mm256_mulhi_epu16,
    _mm256_mullo_epi16, _mm256_or_si256, _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi32, _mm256_setr_epi8,
    _mm256_shuffle_epi8, _mm256_storeu_si256, _mm256_subs_epu8,
};

/// Two halves of twelve bytes, each read with four bytes to spare.
const READ_BYTES: usize = 28;
const BLOCK_BYTES: usize = 24;
const BLOCK_CHARACTERS: usize = 32;

/// Encodes whole blocks from the front; gives what is left of both.
#[expect(unsafe_code, reason = "code for a processor that has to be asked for")]
pub(super) fn encode_front<'a>(data: &'a [u8], text: &'a mut [u8]) -> (&'a [u8], &'a mut [u8]) {
    if data.len() < READ_BYTES || !is_x86_feature_detected!("avx2") {
        return (data, text);
    }
    let blocks = (data.len() - READ_BYTES) / BLOCK_BYTES + 1;
    let (front, rest) = text.split_at_mut(blocks * BLOCK_CHARACTERS);
    // SAFETY: the processor has AVX2, it was just asked.
    unsafe { encode_blocks(data, front) };
    (&data[blocks * BLOCK_BYTES..], rest)
}

#[target_feature(enable = "avx2")]
fn encode_blocks(mut data: &[u8], text: &mut [u8]) {
    for place in text.as_chunks_mut().0 {
        let Some(block) = data.first_chunk() else { return };
        store(characters(sextets(load(block))), place);
        data = &data[BLOCK_BYTES..];
    }
}

#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "vectors are loaded through pointers")]
fn load(block: &[u8; READ_BYTES]) -> __m256i {
    // SAFETY: sixteen bytes are behind each pointer, and no alignment is asked for.
    unsafe { _mm256_set_m128i(_mm_loadu_si128(block[12..].as_ptr().cast()), _mm_loadu_si128(block.as_ptr().cast())) }
}

#[target_feature(enable = "avx2")]
#[expect(unsafe_code, reason = "vectors are stored through pointers")]
fn store(vector: __m256i, place: &mut [u8; BLOCK_CHARACTERS]) {
    // SAFETY: thirty-two bytes are behind the pointer, and no alignment is asked for.
    unsafe { _mm256_storeu_si256(place.as_mut_ptr().cast(), vector) }
}

/// Six bits in each byte. Each three bytes are spread over four, and two multiplications shift each sextet into place.
#[target_feature(enable = "avx2")]
fn sextets(block: __m256i) -> __m256i {
    let spread = _mm256_shuffle_epi8(
        block,
        _mm256_setr_epi8(
            1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10,
        ),
    );
    let odd =
        _mm256_mulhi_epu16(_mm256_and_si256(spread, _mm256_set1_epi32(0x0FC0_FC00)), _mm256_set1_epi32(0x0400_0040));
    let even =
        _mm256_mullo_epi16(_mm256_and_si256(spread, _mm256_set1_epi32(0x003F_03F0)), _mm256_set1_epi32(0x0100_0010));
    _mm256_or_si256(odd, even)
}

/// The alphabet is five runs of characters; a sextet's run says what to add to it.
#[target_feature(enable = "avx2")]
fn characters(sextets: __m256i) -> __m256i {
    // 0 for lower case, 1 to 10 for the digits, 11 for '+', 12 for '/', 13 for upper case.
    let is_upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), sextets);
    let run = _mm256_or_si256(
        _mm256_subs_epu8(sextets, _mm256_set1_epi8(51)),
        _mm256_and_si256(is_upper, _mm256_set1_epi8(13)),
    );
    let distances = _mm256_setr_epi8(
        71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4,
        -19, -16, 65, 0, 0,
    );
    _mm256_add_epi8(sextets, _mm256_shuffle_epi8(distances, run))
}
