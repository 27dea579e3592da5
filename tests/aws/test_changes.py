"""What an operator changes while NightOwl is running."""

import threading

from deployed import ACCEPTED
from harness import shown
from workspace import wait_card

MINUTE = 60
# Beyond the visibility timeout of the slowest queue.
REDELIVERED = 190


def pages(slack, email, title):
    return [one for one in slack.messages(slack.direct(email)) if title in shown(one)]


def test_warm_functions_follow_a_change_within_a_minute(owl, slack):
    owl.fire("GENERIC_KEY", "Before the change")
    wait_card(slack, slack.direct("alice@example.com"), "Before the change")
    owl.write(first="bob")
    done = owl.apply(owl.file)
    assert done.returncode == 0, done.stderr
    try:
        owl.clock.forward(MINUTE)
        owl.fire("GENERIC_KEY", "After the change")
        wait_card(slack, slack.direct("bob@example.com"), "After the change")
        assert not pages(slack, "alice@example.com", "After the change")
    finally:
        owl.write()
        owl.apply(owl.file)
        owl.clock.forward(MINUTE)


def test_a_deployment_with_alerts_in_flight_loses_nothing(owl, slack):
    fired, is_over = [], threading.Event()

    def keep_firing():
        while not is_over.wait(1.5):
            title = f"In flight {len(fired):03}"
            # The emulator ends a process while it works; a sender tries again until it is taken.
            if owl.try_to_fire("GENERIC_KEY", title)[0] == ACCEPTED:
                fired.append(title)

    thread = threading.Thread(target=keep_firing)
    thread.start()
    try:
        owl.stack.deploy(LogLevel="debug")
    finally:
        is_over.set()
        thread.join()
    assert len(fired) > 3
    # What an ended process had at hand comes again when its time at the queue is over.
    owl.clock.forward(REDELIVERED)
    alice = slack.direct("alice@example.com")
    for title in fired:
        wait_card(slack, alice, title)
    for title in fired:
        assert len(pages(slack, "alice@example.com", title)) == 1, title
