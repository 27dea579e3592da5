//! What can be done to any bytes.

use crate::chance::Chance;

/// Pieces that readers stumble over.
const TOKENS: [&[u8]; 40] = [
    b"\0",
    b"\xFF",
    b"\xC0\x80",
    b"\xED\xA0\x80",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xE2\x80\xAE",
    b"\xEF\xBF\xBE",
    b"\xF4\x90\x80\x80",
    b"\r\n",
    b"\n\n",
    b"\r",
    b"\t",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"&",
    b"=",
    b"%",
    b"%00",
    b"%FF",
    b"+",
    b"*a",
    b"&a ",
    b"!!binary ",
    b"<<: ",
    b"---\n",
    b"...\n",
    b"${",
    b"null",
    b"-0",
    b"1e999999",
];

/// Changes `input` in one place; `other` is where a part may come from.
pub(super) fn mutate(chance: &mut Chance, input: &mut Vec<u8>, other: &[u8]) {
    let at = chance.below(input.len() + 1);
    match chance.below(9) {
        0 => flip(chance, input),
        1 => {
            let token = *chance.pick(&TOKENS);
            insert(input, at, token);
        }
        2 => {
            let byte = chance.byte();
            insert(input, at, &[byte]);
        }
        3 => {
            let end = at + chance.below(16).min(input.len() - at);
            input.drain(at..end);
        }
        4 => {
            let end = at + chance.below(64).min(input.len() - at);
            let part = input[at..end].to_vec();
            for _ in 0..=chance.below(8) {
                insert(input, at, &part);
            }
        }
        5 => input.truncate(at),
        6 => {
            let from = chance.below(other.len() + 1);
            let end = from + chance.below(other.len() - from + 1);
            insert(input, at, &other[from..end]);
        }
        7 => {
            let from = chance.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        _ => grow(chance, input, at),
    }
}

fn insert(input: &mut Vec<u8>, at: usize, part: &[u8]) {
    input.splice(at..at, part.iter().copied());
}

fn flip(chance: &mut Chance, input: &mut [u8]) {
    if let Some(byte) = {
        let at = chance.below(input.len());
        input.get_mut(at)
    } {
        *byte ^= 1 << chance.below(8);
    }
}

/// One piece many times: seldom very many, because that is slow.
fn grow(chance: &mut Chance, input: &mut Vec<u8>, at: usize) {
    let times = if chance.one_in(200) { 200_000 } else { chance.below(300) };
    let piece = chance.pick(&TOKENS).repeat(times);
    insert(input, at, &piece);
}
