//! Rows of lanes come back as they were, and of two writers one wins.

use futures::future::join_all;
use nightowl_domain::Time;

use super::at;
use crate::{Lane, LaneName, LaneRow, Lanes, Place, Standing, Swapped};

fn name(group: &str, lane: &str) -> LaneName {
    LaneName { group: group.to_owned(), lane: lane.to_owned() }
}

fn row(version: u64) -> LaneRow {
    let place = |send, standing, seconds| Place { send, standing, at: at(seconds) };
    let line = vec![
        place(u32::MAX, Standing::Reserved, 9),
        place(0, Standing::Waits, 8),
        place(7, Standing::Granted, 1),
    ];
    let lane = Lane { free: at(10), free_for_pages: at(9), blocked: Time::default(), line };
    LaneRow { version, lane }
}

async fn stands<L: Lanes>(lanes: &L, name: &LaneName) -> Option<LaneRow> {
    let rows = lanes.read_lanes(&name.group).await.expect("lanes can be read");
    rows.into_iter().find(|(lane, _)| *lane == name.lane).map(|(_, row)| row)
}

pub(super) async fn rows_come_back<L: Lanes>(lanes: &L) {
    let (one, other) = (name("chat#rows", "C#ops"), name("chat#rows", "M#edit"));
    let apart = name("chat#rows-2", "C#ops");
    let empty = LaneRow { version: 1, lane: Lane::default() };
    for (name, row) in [(&one, &row(1)), (&other, &empty), (&apart, &empty)] {
        let swapped = lanes.swap_lane(name, row).await.expect("a lane can be written");
        assert_eq!(swapped, Swapped::Done, "nothing stood there");
    }
    assert_eq!(stands(lanes, &one).await, Some(row(1)));
    let rows = lanes.read_lanes("chat#rows").await.expect("lanes can be read");
    assert_eq!(rows.len(), 2, "another group's rows are its own: {rows:?}");
    let rows = lanes.read_lanes("chat#nothing").await.expect("lanes can be read");
    assert_eq!(rows, []);
}

pub(super) async fn a_write_needs_its_version<L: Lanes>(lanes: &L) {
    let name = name("chat#versions", "C#ops");
    let early = lanes.swap_lane(&name, &row(2)).await.expect("an answer");
    assert_eq!(early, Swapped::Lost(None), "nothing stands");
    for version in [1, 2] {
        let swapped = lanes.swap_lane(&name, &row(version)).await.expect("an answer");
        assert_eq!(swapped, Swapped::Done, "over the version before");
    }
    for version in [1, 2, 4] {
        let swapped = lanes.swap_lane(&name, &row(version)).await.expect("an answer");
        assert_eq!(swapped, Swapped::Lost(Some(row(2))), "the loser is told what stands");
    }
}

pub(super) async fn only_one_of_many_wins<L: Lanes>(lanes: &L) {
    let name = name("chat#many", "C#ops");
    let rows: Vec<LaneRow> = (0..8)
        .map(|number| LaneRow { version: 1, lane: Lane { free: at(number), ..Lane::default() } })
        .collect();
    let swapped = join_all(rows.iter().map(|row| lanes.swap_lane(&name, row))).await;
    let won: Vec<_> = swapped
        .iter()
        .zip(&rows)
        .filter(|(swapped, _)| matches!(swapped, Ok(Swapped::Done)))
        .collect();
    assert_eq!(won.len(), 1, "{swapped:?}");
    assert_eq!(stands(lanes, &name).await.as_ref(), Some(won[0].1));
}
