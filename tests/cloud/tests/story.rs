//! An alert on its way through queues, delays and schedules.

use std::time::Duration;

use nightowl_aws::Queue;
use nightowl_aws::testing::Fault;
use nightowl_domain::{Actor, EventKind, Tenant};
use nightowl_engine::testing::{fired, sample_tenant};
use nightowl_test_cloud::Account;

const MINUTE: Duration = Duration::from_secs(60);

/// Alice has five minutes, Bob an hour: the first fits into a delayed message, the second does not.
fn tenant() -> Tenant {
    let mut tenant = sample_tenant();
    tenant.policies[0].tiers[1].timeout = MINUTE * 60;
    tenant
}

#[tokio::test]
async fn an_alert_wakes_one_after_the_other_by_message_and_by_schedule_until_somebody_acks() {
    let mut account = Account::new(tenant());
    let start = account.now();
    account.accept(fired("e1", "disk", "Disk full", start)).await;
    account.pass(MINUTE * 4).await;
    assert_eq!(account.pages(start), [("alice".to_owned(), Duration::ZERO)]);
    account.pass(MINUTE * 2).await;
    assert_eq!(account.pages(start)[1..], [("bob".to_owned(), MINUTE * 5)]);
    assert_eq!(account.aws.schedules_set().len(), 1, "an hour is a schedule");
    account.pass(MINUTE * 60).await;
    assert!(account.aws.schedules_set().is_empty(), "it fired, and handed over");
    assert_eq!(account.pages(start)[2..], [("alice".to_owned(), MINUTE * 65)], "to the second");
    let alert = account.ports.inside.store.alerts().pop().unwrap();
    let alice = Actor::User { id: "alice".to_owned(), name: "Alice".to_owned() };
    let occurrence = alert.occurrence();
    let acked = account.engine().act(&occurrence, EventKind::Acked, alice, "click".into()).await;
    acked.unwrap();
    account.pass(MINUTE * 300).await;
    assert_eq!(account.pages(start).len(), 3, "nobody else");
    for queue in Queue::ALL {
        assert!(account.aws.waiting(queue).is_empty(), "{queue:?} is drained");
        assert!(account.aws.dead(queue).is_empty());
    }
}

#[tokio::test]
async fn every_message_of_it_is_in_its_tenants_group() {
    let mut account = Account::new(tenant());
    account.accept(fired("e1", "disk", "Disk full", account.now())).await;
    let waits = |account: &Account| Queue::ALL.map(|queue| account.aws.waiting(queue)).concat();
    for _ in 0..10 {
        for message in waits(&account) {
            assert_eq!(message.group.as_deref(), Some("acme"), "{}", message.body);
        }
        account.pass(Duration::from_secs(30)).await;
    }
}

#[tokio::test]
async fn the_sweep_repairs_ticks_and_wake_ups_that_were_lost() {
    let mut account = Account::new(tenant()).with_sweep();
    let start = account.now();
    account.accept(fired("e1", "disk", "Disk full", start)).await;
    // The first wake-up and the tick of the first tier are lost, each
    // with its second attempt.
    account.aws.fail("SendMessage", 4, Fault::Unreachable);
    account.pass(MINUTE * 8).await;
    let pages = account.pages(start);
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["alice", "bob"]);
    assert_eq!(pages[0].1, MINUTE, "by the first sweep");
    assert!((MINUTE * 5..=MINUTE * 6).contains(&pages[1].1), "{pages:?}");
}

#[tokio::test]
async fn a_poison_message_dies_alone() {
    let mut account = Account::new(tenant()).with_sweep();
    let start = account.now();
    account.aws.put_raw(Queue::Events, "poison");
    account.accept(fired("e1", "disk", "Disk full", start)).await;
    account.pass(MINUTE * 10).await;
    assert_eq!(account.pages(start)[0], ("alice".to_owned(), Duration::ZERO));
    assert_eq!(account.aws.dead(Queue::Events)[0].body, "poison");
    assert!(account.aws.waiting(Queue::Events).is_empty());
}
