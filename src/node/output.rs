//! Buffers that are filled before JavaScript sees them.

use std::ptr;

use napi::bindgen_prelude::{Env, Result, ToNapiValue, sys};
use napi::check_status;

/// A Buffer of Node's own memory that nobody but us knows yet. An external one would be freed only on a turn of the event
/// loop.
pub struct Output {
    env: sys::napi_env,
    reference: sys::napi_ref,
    data: *mut u8,
    len: usize,
}

#[expect(unsafe_code, reason = "napi-rs keeps no Buffer from one call to the next that it can still hand over twice")]
impl Output {
    pub(super) fn new(env: &Env, len: usize) -> Result<Self> {
        let (mut data, mut buffer, mut reference) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        // SAFETY: `env` is the environment of the call that we are in, the two places outlive the call.
        check_status!(unsafe { sys::napi_create_buffer(env.raw(), len, &raw mut data, &raw mut buffer) })?;
        // SAFETY: as above, and `buffer` is a Buffer of `env`.
        check_status!(unsafe { sys::napi_create_reference(env.raw(), buffer, 1, &raw mut reference) })?;
        Ok(Self { env: env.raw(), reference, data: data.cast(), len })
    }
}

impl AsMut<[u8]> for Output {
    #[expect(unsafe_code, reason = "Node-API gives the memory as an address and a length")]
    fn as_mut(&mut self) -> &mut [u8] {
        if self.len == 0 {
            return &mut [];
        }
        // SAFETY: the reference keeps the Buffer alive, whose memory stays where it is; JavaScript does not have it yet.
        unsafe { std::slice::from_raw_parts_mut(self.data, self.len) }
    }
}

/// The Buffer, for JavaScript.
impl ToNapiValue for &Output {
    #[expect(unsafe_code, reason = "the trait's method is unsafe")]
    unsafe fn to_napi_value(env: sys::napi_env, output: Self) -> Result<sys::napi_value> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference is of this environment, the only one that its aggregator lives in.
        check_status!(unsafe { sys::napi_get_reference_value(env, output.reference, &raw mut value) })?;
        Ok(value)
    }
}

impl Drop for Output {
    #[expect(unsafe_code, reason = "napi-rs has no reference that deletes itself")]
    fn drop(&mut self) {
        // SAFETY: made in `new` and deleted once. An aggregator lives and dies on the thread of its environment.
        let status = unsafe { sys::napi_delete_reference(self.env, self.reference) };
        debug_assert_eq!(status, sys::Status::napi_ok);
    }
}
