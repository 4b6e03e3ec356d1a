//! Which code computes the digests.

use md5::{Digest as _, Md5};

use super::Digest;
use super::simd::{self, Kernel, Ladder};

/// One way to compute digests. Tests and benchmarks take each in turn, everybody else takes what is
/// [in use](Path::in_use).
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Path {
    name: &'static str,
    /// From the narrowest to the widest; none stands for the `md-5` crate.
    kernels: &'static [Kernel],
}

impl Path {
    /// The `md-5` crate: the one path for machines that `simd` has no kernels for, and the oracle of the tests.
    pub const PORTABLE: Self = Self { name: "portable", kernels: &[] };

    /// The fastest on this machine.
    #[must_use]
    pub fn in_use() -> Self {
        simd::ladders().first().map_or(Self::PORTABLE, Self::of_ladder)
    }

    /// Every one that this machine can run, and each of their kernels alone.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut paths = vec![Self::PORTABLE];
        paths.extend(simd::ladders().iter().map(Self::of_ladder));
        for kernel in simd::ladders().iter().flat_map(|ladder| ladder.kernels) {
            if paths.iter().all(|path| path.name != kernel.name()) {
                paths.push(Self { name: kernel.name(), kernels: std::slice::from_ref(kernel) });
            }
        }
        paths
    }

    fn of_ladder(ladder: &Ladder) -> Self {
        Self { name: ladder.name, kernels: ladder.kernels }
    }

    /// See [`path_in_use`](super::path_in_use()); or which kernel it is.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// See [`digest`](super::digest).
    #[must_use]
    pub fn digest(self, message: &[u8]) -> Digest {
        if self.kernels.is_empty() { Md5::digest(message).into() } else { simd::digest(self.kernels, message) }
    }

    /// See [`digest_many`](super::digest_many).
    ///
    /// # Panics
    ///
    /// If `digests` is not as long as `messages`.
    pub fn digest_many(self, messages: &[&[u8]], digests: &mut [Digest]) {
        assert_eq!(messages.len(), digests.len(), "one digest per message");
        if self.kernels.is_empty() || messages.len() == 1 {
            for (message, slot) in messages.iter().zip(digests) {
                *slot = self.digest(message);
            }
            return;
        }
        simd::digest_many(self.kernels, messages, digests);
    }
}
