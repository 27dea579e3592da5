//! Lists of posts: of a channel, of a thread, of a search.

use serde_json::{Map, Value, json};

use super::posts::readable;
use super::{Request, Route, inside, text};
use crate::error::{Answer, AppError, ok};
use crate::world::{Post, World};

pub(super) const ROUTES: &[Route] = &[
    inside("GET", "/channels/{id}/posts", "posts.list", of_channel),
    inside("GET", "/channels/{id}/pinned", "posts.pinned", pinned),
    inside("GET", "/posts/{id}/thread", "posts.thread", thread),
    inside("POST", "/teams/{id}/posts/search", "posts.search", search),
];

/// However many there are since a moment, these are all that are given: the oldest.
const SINCE_MAX: usize = 1_000;

fn of_channel(world: &mut World, request: &Request) -> Answer {
    let channel_id = request.param(0);
    if !world.may_read(channel_id, &request.user) {
        return Err(AppError::permissions());
    }
    if let Some(since) = request.query("since") {
        let since: i64 = since.parse().map_err(|_| AppError::url_param("since"))?;
        if since > 0 {
            return ok(since_then(world, request, since));
        }
    }
    let of_it = |post: &&Post| post.channel_id == channel_id && post.is_there();
    let mut posts: Vec<&Post> = world.posts.iter().filter(of_it).collect();
    posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
    let (begin, end) = window(request, &posts);
    let shown = &posts[begin..end];
    let id = |index: Option<usize>| index.and_then(|index| posts.get(index)).map(|post| &post.id);
    let (newer, older) = (id(begin.checked_sub(1)), id(Some(end)));
    let roots = roots_of(world, shown);
    let mut body = list(world, shown, &roots, &request.user);
    body["next_post_id"] = newer.cloned().unwrap_or_default().into();
    body["prev_post_id"] = older.cloned().unwrap_or_default().into();
    ok(body)
}

/// From newest to oldest: the page, or what is beside a post.
fn window(request: &Request, posts: &[&Post]) -> (usize, usize) {
    let size = request.number("per_page", 60).min(200);
    let skip = request.number("page", 0).saturating_mul(size);
    let place = |name: &str| {
        let id = request.query(name)?;
        posts.iter().position(|post| post.id == id)
    };
    let all = posts.len();
    if let Some(at) = place("before") {
        let begin = (at + 1 + skip).min(all);
        return (begin, (begin + size).min(all));
    }
    if let Some(at) = place("after") {
        let end = at.saturating_sub(skip);
        return (end.saturating_sub(size), end);
    }
    let begin = skip.min(all);
    (begin, (begin + size).min(all))
}

/// By `update_at`, with deleted posts and the old versions of edited ones; pages do not count.
fn since_then(world: &World, request: &Request, since: i64) -> Value {
    let of_it = |post: &&Post| post.channel_id == request.param(0) && post.update_at > since;
    let mut posts: Vec<&Post> = world.posts.iter().filter(of_it).collect();
    posts.sort_by_key(|post| post.create_at);
    posts.truncate(SINCE_MAX);
    posts.reverse();
    let roots = roots_of(world, &posts);
    list(world, &posts, &roots, &request.user)
}

/// Threads are given with their beginnings, which are not in the order.
fn roots_of<'w>(world: &'w World, posts: &[&Post]) -> Vec<&'w Post> {
    let ids = posts.iter().map(|post| &post.root_id).filter(|id| !id.is_empty());
    ids.filter_map(|id| world.post(id)).filter(|post| post.is_there()).collect()
}

fn list(world: &World, order: &[&Post], more: &[&Post], reader: &str) -> Value {
    let posts = more.iter().chain(order);
    let posts = posts.map(|post| (post.id.clone(), world.show_post(post, reader)));
    let posts: Map<String, Value> = posts.collect();
    let order: Vec<&String> = order.iter().map(|post| &post.id).collect();
    json!({"order": order, "posts": posts, "next_post_id": "", "prev_post_id": "",
        "has_next": false, "first_inaccessible_post_time": 0})
}

fn pinned(world: &mut World, request: &Request) -> Answer {
    if !world.may_read(request.param(0), &request.user) {
        return Err(AppError::permissions());
    }
    let is_pinned = |post: &&Post| post.is_there() && post.is_pinned;
    let of_it = |post: &&Post| post.channel_id == request.param(0);
    let posts: Vec<&Post> = world.posts.iter().filter(is_pinned).filter(of_it).collect();
    ok(list(world, &posts, &[], &request.user))
}

/// Of any post of the thread; the root first.
fn thread(world: &mut World, request: &Request) -> Answer {
    let post = readable(world, request.param(0), &request.user)?;
    let root = if post.root_id.is_empty() { &post.id } else { &post.root_id };
    let of_it = |post: &&Post| post.is_there() && (post.id == *root || post.root_id == *root);
    let posts: Vec<&Post> = world.posts.iter().filter(of_it).collect();
    ok(list(world, &posts, &[], &request.user))
}

/// Finds words of messages; props and attachments are not searched.
fn search(world: &mut World, request: &Request) -> Answer {
    let terms = text(&request.json()?, "terms")?.to_lowercase();
    let terms: Vec<&str> = terms.split_whitespace().collect();
    if terms.is_empty() {
        return Err(AppError::body_param("terms"));
    }
    let found = |post: &&Post| {
        let channel = world.channel(&post.channel_id);
        let message = post.message.to_lowercase();
        channel.is_some_and(|channel| channel.team_id == request.param(0))
            && world.is_member(&post.channel_id, &request.user)
            && post.is_there()
            && terms.iter().all(|term| message.contains(term))
    };
    let posts: Vec<&Post> = world.posts.iter().rev().filter(found).collect();
    ok(list(world, &posts, &[], &request.user))
}
