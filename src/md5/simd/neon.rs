//! Four lanes, or twice four, on aarch64.

use std::arch::aarch64::{
    uint32x4_t as Register, vaddq_u32 as add, vbslq_u32 as select, vdupq_n_u32 as splat, veorq_u32 as xor, vld1q_u8,
    vld1q_u32, vornq_u32 as or_not, vreinterpretq_u32_u8, vreinterpretq_u32_u64, vreinterpretq_u64_u32,
    vshlq_n_u32 as shift_left, vst1q_u32, vzip1q_u32, vzip1q_u64, vzip2q_u32, vzip2q_u64,
};
use std::arch::asm;

use super::kernel::Block;

super::vector::vector!("neon", lanes: 4);

#[target_feature(enable = "neon")]
#[inline]
fn load(words: &[u32; 4]) -> Register {
    // SAFETY: reads the four words.
    unsafe { vld1q_u32(words.as_ptr()) }
}

#[target_feature(enable = "neon")]
#[inline]
fn store(words: &mut [u32; 4], register: Register) {
    // SAFETY: writes the four words.
    unsafe { vst1q_u32(words.as_mut_ptr(), register) }
}

#[target_feature(enable = "neon")]
#[inline]
fn load_quarter(block: &Block, quarter: usize) -> Register {
    let bytes: &[u8; 16] = &block.as_chunks().0[quarter];
    // SAFETY: reads the 16 bytes, which as bytes may have any alignment.
    vreinterpretq_u32_u8(unsafe { vld1q_u8(bytes.as_ptr()) })
}

#[target_feature(enable = "neon")]
#[inline]
fn transpose(blocks: [&Block; 4]) -> [Register; 16] {
    let mut words = [splat(0); 16];
    for (quarter, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let [row0, row1, row2, row3] = blocks.map(|block| load_quarter(block, quarter));
        let [low01, high01] =
            [vzip1q_u32(row0, row1), vzip2q_u32(row0, row1)].map(|pairs| vreinterpretq_u64_u32(pairs));
        let [low23, high23] =
            [vzip1q_u32(row2, row3), vzip2q_u32(row2, row3)].map(|pairs| vreinterpretq_u64_u32(pairs));
        *words = [
            vreinterpretq_u32_u64(vzip1q_u64(low01, low23)),
            vreinterpretq_u32_u64(vzip2q_u64(low01, low23)),
            vreinterpretq_u32_u64(vzip1q_u64(high01, high23)),
            vreinterpretq_u32_u64(vzip2q_u64(high01, high23)),
        ];
    }
    words
}

#[target_feature(enable = "neon")]
#[inline]
fn add_selected(sum: Register, mask: Register, yes: Register, no: Register) -> Register {
    add(sum, select(mask, yes, no))
}

/// In assembly, since LLVM makes of `vsriq_n_u32` an instruction that takes twice as long (`usra`; 822 cycles a block
/// instead of 710 in llvm-mca's model of the Neoverse N1).
#[target_feature(enable = "neon")]
#[inline]
fn rotate<const LEFT: i32, const RIGHT: i32>(register: Register) -> Register {
    let mut rotated = shift_left::<LEFT>(register);
    // SAFETY: works on two registers.
    unsafe {
        asm!(
            "sri {rotated:v}.4s, {register:v}.4s, #{right}",
            rotated = inout(vreg) rotated,
            register = in(vreg) register,
            right = const RIGHT,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    rotated
}
