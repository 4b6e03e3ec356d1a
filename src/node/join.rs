//! What the drop-in for the older package asks of an aggregator, about one user record at a time.

use napi::bindgen_prelude::{Uint8ArraySlice, Uint32ArraySlice};
use napi_derive::napi;

use super::aggregator::{Batch, NativeAggregator};
use super::thrown::number;

#[napi]
impl NativeAggregator {
    /// Takes the row if it closes nothing, and says whether it did.
    #[napi(catch_unwind)]
    pub fn join(&mut self, rows: Uint32ArraySlice, count: u32, keys: Uint8ArraySlice, data: Uint8ArraySlice) -> bool {
        Batch::new(&rows, count, &keys, &data).all(|record| self.aggregator.join(&record))
    }

    /// Whether `join` would take the row.
    #[napi(catch_unwind)]
    pub fn joins(&self, rows: Uint32ArraySlice, count: u32, keys: Uint8ArraySlice, data: Uint8ArraySlice) -> bool {
        Batch::new(&rows, count, &keys, &data).all(|record| self.aggregator.joins(&record))
    }

    /// Whether the row fits into an aggregate of its own.
    #[napi(catch_unwind)]
    pub fn fits_wrapped(
        &self,
        rows: Uint32ArraySlice,
        count: u32,
        keys: Uint8ArraySlice,
        data: Uint8ArraySlice,
    ) -> bool {
        Batch::new(&rows, count, &keys, &data).all(|record| self.aggregator.fits_wrapped(&record))
    }

    /// How many bytes of message the row would add.
    #[napi(catch_unwind)]
    pub fn user_record_len(
        &self,
        rows: Uint32ArraySlice,
        count: u32,
        keys: Uint8ArraySlice,
        data: Uint8ArraySlice,
    ) -> f64 {
        number(Batch::new(&rows, count, &keys, &data).map(|record| self.aggregator.user_record_len(&record)).sum())
    }

    /// How many bytes of message are open.
    #[napi(catch_unwind)]
    pub fn message_bytes(&self) -> f64 {
        number(self.aggregator.message_bytes())
    }
}
