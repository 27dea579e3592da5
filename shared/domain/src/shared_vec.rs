//! A list that is copied often and changed seldom.

use std::ops::{Index, IndexMut};
use std::sync::Arc;
use std::{fmt, iter, slice, vec};

/// A vector whose clone shares its elements: one is copied when it is changed while another list
/// holds it too. A step changes one or two of an alert's sends and adds an entry or none.
#[derive(PartialEq, Eq)]
pub struct SharedVec<T>(Vec<Arc<T>>);

impl<T> SharedVec<T> {
    pub const fn new() -> Self {
        Self(Vec::new())
    }
    pub const fn len(&self) -> usize {
        self.0.len()
    }
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self.0.iter())
    }
    pub fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index).map(Arc::as_ref)
    }
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }
    pub fn last(&self) -> Option<&T> {
        self.0.last().map(Arc::as_ref)
    }
    pub fn push(&mut self, element: T) {
        self.0.push(Arc::new(element));
    }
    pub fn retain(&mut self, mut keeps: impl FnMut(&T) -> bool) {
        self.0.retain(|element| keeps(element));
    }
}

impl<T: Clone> SharedVec<T> {
    /// For changing all of them: each is copied that another list holds too.
    pub fn iter_mut(&mut self) -> IterMut<'_, T> {
        IterMut(self.0.iter_mut())
    }
    /// Changes those for which `is_meant`, and copies no other.
    pub fn change_where(&mut self, is_meant: impl Fn(&T) -> bool, mut change: impl FnMut(&mut T)) {
        for element in self.0.iter_mut().filter(|element| is_meant(element)) {
            change(Arc::make_mut(element));
        }
    }
    pub fn remove(&mut self, index: usize) -> T {
        Arc::unwrap_or_clone(self.0.remove(index))
    }
    pub fn to_vec(&self) -> Vec<T> {
        self.iter().cloned().collect()
    }
}

// By hand, because an element need not be `Clone` to be shared.
impl<T> Clone for SharedVec<T> {
    fn clone(&self) -> Self {
        // What is copied is about to be added to.
        let mut elements = Vec::with_capacity(self.0.len() + 2);
        elements.extend_from_slice(&self.0);
        Self(elements)
    }
}

impl<T> Default for SharedVec<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for SharedVec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Index<usize> for SharedVec<T> {
    type Output = T;
    fn index(&self, index: usize) -> &T {
        &self.0[index]
    }
}

impl<T: Clone> IndexMut<usize> for SharedVec<T> {
    fn index_mut(&mut self, index: usize) -> &mut T {
        Arc::make_mut(&mut self.0[index])
    }
}

impl<T> FromIterator<T> for SharedVec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().map(Arc::new).collect())
    }
}

impl<T> From<Vec<T>> for SharedVec<T> {
    fn from(elements: Vec<T>) -> Self {
        elements.into_iter().collect()
    }
}

impl<T> Extend<T> for SharedVec<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        self.0.extend(elements.into_iter().map(Arc::new));
    }
}

impl<T: Clone> IntoIterator for SharedVec<T> {
    type Item = T;
    type IntoIter = iter::Map<vec::IntoIter<Arc<T>>, fn(Arc<T>) -> T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(Arc::unwrap_or_clone)
    }
}

impl<'a, T> IntoIterator for &'a SharedVec<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Clone> IntoIterator for &'a mut SharedVec<T> {
    type Item = &'a mut T;
    type IntoIter = IterMut<'a, T>;
    fn into_iter(self) -> IterMut<'a, T> {
        self.iter_mut()
    }
}

#[derive(Debug)]
pub struct Iter<'a, T>(slice::Iter<'a, Arc<T>>);

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;
    fn next(&mut self) -> Option<&'a T> {
        self.0.next().map(Arc::as_ref)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(Arc::as_ref)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

#[derive(Debug)]
pub struct IterMut<'a, T>(slice::IterMut<'a, Arc<T>>);

impl<'a, T: Clone> Iterator for IterMut<'a, T> {
    type Item = &'a mut T;
    fn next(&mut self) -> Option<&'a mut T> {
        self.0.next().map(Arc::make_mut)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T: Clone> DoubleEndedIterator for IterMut<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(Arc::make_mut)
    }
}

impl<T: Clone> ExactSizeIterator for IterMut<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_shows_in_one_list_alone() {
        let first: SharedVec<String> = ["a", "b", "c"].map(str::to_owned).into_iter().collect();
        let mut second = first.clone();
        second[0].push('!');
        second.change_where(|word| word == "b", |word| word.push('?'));
        second.push("d".to_owned());
        second.retain(|word| word != "c");
        assert_eq!(first.to_vec(), ["a", "b", "c"]);
        assert_eq!(second.to_vec(), ["a!", "b?", "d"]);
        assert_eq!(second.iter().next_back().map(String::as_str), Some("d"));
    }

    #[test]
    fn only_what_is_changed_is_copied() {
        let first: SharedVec<String> = ["a", "b"].map(str::to_owned).into_iter().collect();
        let mut second = first.clone();
        second.change_where(|word| word == "b", |word| word.push('?'));
        assert!(std::ptr::eq(&first[0], &second[0]));
        assert!(!std::ptr::eq(&first[1], &second[1]));
    }
}
