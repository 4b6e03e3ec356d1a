//! Calls of JavaScript.

use std::ptr;

use napi::bindgen_prelude::{Env, Function, JsValue as _, JsValuesTupleIntoVec, Result, Uint32ArraySlice, sys};
use napi::{Error, Status};
use napi_derive::napi;

/// Calls a function. What it throws goes on to the caller of ours as it is: napi-rs would make an error of its own of it,
/// which takes more of the stack than there may be left.
#[expect(unsafe_code, reason = "napi-rs takes what was thrown and throws it again")]
pub(super) fn call<Arguments: JsValuesTupleIntoVec>(
    env: &Env,
    function: &Function<'_, Arguments, ()>,
    arguments: Arguments,
) -> Result<()> {
    let arguments = arguments.into_vec(env.raw())?;
    let (mut this, mut returned) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: `env` is the environment of the call that we are in, function and arguments are its values, and the places
    // outlive the calls.
    let status = unsafe {
        sys::napi_get_undefined(env.raw(), &raw mut this);
        let (count, arguments) = (arguments.len(), arguments.as_ptr());
        sys::napi_call_function(env.raw(), this, function.raw(), count, arguments, &raw mut returned)
    };
    if status == sys::Status::napi_ok { Ok(()) } else { Err(Error::new(Status::from(status), "")) }
}

/// Calls `run` while the first word of `flag` is 1, and sets it back to 0 however `run` ends.
///
/// JavaScript cannot do that by itself: where V8 ends a script in the middle (the time limit of `node:vm`), no `finally`
/// is run.
#[napi(catch_unwind)]
pub fn while_flagged(env: &Env, mut flag: Uint32ArraySlice, run: Function<'_, (), ()>) -> Result<()> {
    set(&mut flag, 1);
    let outcome = call(env, &run, ());
    set(&mut flag, 0);
    outcome
}

#[expect(unsafe_code, reason = "napi-rs cannot know that nobody else writes to the memory")]
fn set(flag: &mut Uint32ArraySlice, value: u32) {
    // SAFETY: lib/ made the memory for this flag alone, which stays where it is, and no JavaScript runs meanwhile.
    unsafe { flag.as_mut() }.fill(value);
}
