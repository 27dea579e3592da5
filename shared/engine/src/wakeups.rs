//! From what is owed to wake-ups and timers.

use futures::future::join_all;
use nightowl_domain::{Alert, Occurrence, SendKey, Time, Want, wants};

use crate::{Engine, Ports, Timer, Wake, WakeUp};

/// One call of a port.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    Wake { at: Option<Time>, urgent: bool },
    Arm { generation: u64, at: Time },
}

/// A wake-up serves all that an alert owes at that moment, so equal moments need only one.
fn calls(wants: impl IntoIterator<Item = Want>) -> Vec<Call> {
    let mut calls: Vec<Call> = wants
        .into_iter()
        .map(|want| match want {
            Want::Deliver { at, urgent, .. } => Call::Wake { at, urgent },
            Want::Refresh { at, .. } => Call::Wake { at, urgent: false },
            Want::Tick { generation, at } => Call::Arm { generation, at },
        })
        .collect();
    calls.sort_unstable();
    calls.dedup();
    let urgent: Vec<Option<Time>> = calls
        .iter()
        .filter_map(|call| match call {
            Call::Wake { at, urgent: true } => Some(*at),
            Call::Wake { urgent: false, .. } | Call::Arm { .. } => None,
        })
        .collect();
    calls.retain(|call| match call {
        Call::Wake { at, urgent: false } => !urgent.contains(at),
        Call::Wake { urgent: true, .. } | Call::Arm { .. } => true,
    });
    calls
}

impl<P: Ports> Engine<P> {
    /// Sends what `after` owes and `before` did not.
    pub(crate) async fn wake_new(&self, before: Option<&Alert>, after: &Alert) {
        self.wake_except(before, after, &[]).await;
    }

    /// The same without the lease ends of what this worker is about to settle itself: if it dies,
    /// the sweep finds them.
    pub(crate) async fn wake_except(
        &self,
        before: Option<&Alert>,
        after: &Alert,
        ours: &[SendKey],
    ) {
        let is_ours = |want: &Want| match want {
            Want::Deliver { key, .. } | Want::Refresh { key, .. } => ours.contains(key),
            Want::Tick { .. } => false,
        };
        let is_known =
            |want: &Want| before.is_some_and(|before| wants(before).any(|known| known == *want));
        let new = wants(after).filter(|want| !is_ours(want) && !is_known(want));
        let calls = calls(new);
        if !calls.is_empty() {
            self.send_all(&after.occurrence(), calls).await;
        }
    }

    /// Sends everything that is owed, for when wake-ups may have been lost.
    pub(crate) async fn wake_all(&self, alert: &Alert) {
        self.send(&alert.occurrence(), wants(alert)).await;
    }

    /// A wake-up that is lost costs time, never truth: the sweep sends another.
    pub(crate) async fn wake(&self, occurrence: &Occurrence, at: Option<Time>, urgent: bool) {
        let wake_up = WakeUp { occurrence: occurrence.clone(), at, urgent };
        if let Err(error) = self.ports().wake().wake(wake_up).await {
            tracing::warn!(%error, "a wake-up could not be sent");
        }
    }

    /// Calls the ports for what is owed to this alert or digest.
    pub(crate) async fn send(
        &self,
        occurrence: &Occurrence,
        wants: impl IntoIterator<Item = Want>,
    ) {
        self.send_all(occurrence, calls(wants)).await;
    }

    async fn send_all(&self, occurrence: &Occurrence, calls: Vec<Call>) {
        join_all(calls.into_iter().map(|call| async move {
            match call {
                Call::Wake { at, urgent } => self.wake(occurrence, at, urgent).await,
                Call::Arm { generation, at } => {
                    if let Err(error) = self.ports().timer().arm(occurrence, generation, at).await {
                        tracing::warn!(%error, "a timer could not be armed");
                    }
                }
            }
        }))
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wake_up_serves_all_of_one_moment() {
        let at = Some(Time::from_seconds(5));
        let deliver = |key: &str, at, urgent| Want::Deliver { key: key.into(), at, urgent };
        let sent = calls([
            deliver("card", None, false),
            deliver("page", None, true),
            deliver("other page", None, true),
            Want::Refresh { key: "card".into(), rev: 1, at },
            Want::Tick { generation: 2, at: Time::from_seconds(9) },
        ]);
        let expected = [
            Call::Wake { at: None, urgent: true },
            Call::Wake { at, urgent: false },
            Call::Arm { generation: 2, at: Time::from_seconds(9) },
        ];
        assert_eq!(sent, expected);
    }
}
