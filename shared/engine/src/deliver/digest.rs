//! A wake-up of a digest: the same claim, posts and settle as of an alert.

use nightowl_domain::{
    Destination, Digest, DigestEvent, Occurrence, Outcome, SendKey, Settle, Settlement, Time,
    digest_wanted,
};

use super::choose::{Job, owed};
use super::slot::Asker;
use super::subject::Subject;
use super::{Delivered, Delivery, Granted, LEASE, broken_providers, log_claim};
use crate::{Clock, Config, Engine, EngineError, Ports, Store};

/// A claim that was granted.
struct Held {
    digest: Digest,
    claim: nightowl_domain::ClaimId,
    lease_until: Time,
    granted: Granted,
}

/// What its sends came to.
struct Came {
    settles: Vec<Settle>,
    /// All members are resolved.
    is_over: bool,
}

impl<P: Ports> Engine<P> {
    pub(super) async fn deliver_digest(
        &self,
        occurrence: &Occurrence,
    ) -> Result<Delivered, EngineError> {
        let Some(digest) = self.ports().store().read_digest(occurrence).await? else {
            return Ok(Delivered::default());
        };
        let owed = owed(digest_wanted(&digest), &digest.sends, self.ports().clock().now(), false);
        let work = self.choose(Asker { occurrence, integration: None }, owed).await?;
        let mut delivered = Delivered { deferred: work.deferred, ..Delivered::default() };
        if work.jobs.is_empty() {
            return Ok(delivered);
        }
        let elsewhere = self.other_channel(&digest).await?;
        let Some(held) = self.claim_digest(digest, &work.jobs).await? else {
            return Ok(delivered);
        };
        let Came { settles, is_over } = self.carry_out_digest(&held, &work.jobs).await;
        delivered.count(&settles);
        let broken = broken_providers(&held.digest.sends, &settles);
        let claim = held.claim.clone();
        let event = DigestEvent::Settled { claim, settles, elsewhere, is_over };
        self.change_digest(held.digest, &event, &[]).await?;
        self.tell_all_broken(&occurrence.tenant, broken).await;
        Ok(delivered)
    }

    /// Where it goes if its own channel is gone: the default channel of its provider.
    async fn other_channel(&self, digest: &Digest) -> Result<Option<Destination>, EngineError> {
        let Some(send) = digest.sends.last() else { return Ok(None) };
        let provider = send.to.provider().to_owned();
        let tenant = self.ports().config().tenant(&digest.tenant).await?;
        let channel = tenant.and_then(|tenant| tenant.default_channels.get(&provider).cloned());
        Ok(channel.map(|channel| Destination::Channel { provider, channel }))
    }

    async fn claim_digest(
        &self,
        digest: Digest,
        jobs: &[Job],
    ) -> Result<Option<Held>, EngineError> {
        let claim = self.draw_claim_id();
        let now = self.ports().clock().now();
        let lease_until = now + LEASE;
        let keys: Vec<SendKey> = jobs.iter().map(|job| job.key.clone()).collect();
        let event = DigestEvent::Claimed { keys: keys.clone(), claim: claim.clone(), lease_until };
        let (digest, outcome) = self.change_digest(digest, &event, &keys).await?;
        Ok(match outcome {
            Outcome::Applied { granted } => {
                for (key, mode) in &granted {
                    log_claim(key, "digest", *mode, now, lease_until);
                }
                Some(Held { digest, claim, lease_until, granted })
            }
            Outcome::Ignored(_) => None,
        })
    }

    /// The members are read behind the claim: whatever changes them after that finds the claim, and
    /// has the digest shown once more.
    async fn carry_out_digest(&self, held: &Held, jobs: &[Job]) -> Came {
        let members = match self.read_members(&held.digest).await {
            Ok(members) => members,
            Err(error) => {
                tracing::warn!(%error, "the members of a digest could not be read");
                return Came { settles: self.put_off(&held.granted), is_over: false };
            }
        };
        let is_over = members.are_over();
        let of = Subject::Digest { digest: &held.digest, members };
        let delivery = Delivery { of, lease_until: held.lease_until };
        Came { settles: self.carry_out(&delivery, jobs, &held.granted).await, is_over }
    }

    fn put_off(&self, granted: &Granted) -> Vec<Settle> {
        let at = self.ports().clock().now();
        let reason = "its alerts could not be read";
        let put_off = |key: &SendKey| {
            let settlement = Settlement::Retry { at, reason: reason.to_owned() };
            Settle { key: key.clone(), settlement }
        };
        granted.iter().map(|(key, _)| put_off(key)).collect()
    }
}
