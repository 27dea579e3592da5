//! What is to come, in its order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::message::Item;

/// A heap of small entries; the items themselves stay where they were put.
#[derive(Default)]
pub(crate) struct Agenda {
    /// When, drawn lot, order of arrival, and the item's place.
    order: BinaryHeap<Reverse<(i64, u32, u64, usize)>>,
    items: Vec<Option<Item>>,
    free: Vec<usize>,
    arrived: u64,
    sweeps: usize,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: i64, lot: u32, item: Item) {
        self.arrived += 1;
        self.sweeps += usize::from(matches!(item, Item::SweepDue));
        let place = self.free.pop().unwrap_or(self.items.len());
        match self.items.get_mut(place) {
            Some(free) => *free = Some(item),
            None => self.items.push(Some(item)),
        }
        self.order.push(Reverse((at, lot, self.arrived, place)));
    }

    pub(crate) fn pop(&mut self) -> Option<(i64, Item)> {
        let Reverse((at, _, _, place)) = self.order.pop()?;
        let item = self.items[place].take()?;
        self.free.push(place);
        self.sweeps -= usize::from(matches!(item, Item::SweepDue));
        Some((at, item))
    }

    pub(crate) fn has_only_sweeps(&self) -> bool {
        self.sweeps == self.order.len()
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// In no order.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().flatten()
    }
}
