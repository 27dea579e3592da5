"""The console on AWS: in with the key that the deployment made."""

from browser import Browser, fields, words
from harness import eventually


def logged_in(owl, key, to="/console/"):
    browser = Browser(owl)
    status, page = browser.open("/console/login", {"key": key, "next": to})
    assert status == 200, words(page)
    return browser, page


def test_login_with_the_first_key(owl, first_key):
    owl.fire("GENERIC_KEY", "Read in the console")
    alert = owl.alert("Read in the console")
    stranger = Browser(owl)
    status, page = stranger.open("/console/")
    assert status == 401 and "key" in fields(page), words(page)
    assert stranger.open("/console/login", {"key": "wrong", "next": "/console/"})[0] == 401
    assert stranger.open("/console/alerts")[0] == 401

    browser, page = logged_in(owl, first_key, "/console/alerts")
    assert "Read in the console" in words(page) and alert["short_id"].upper() in page, words(page)
    # Another process of the function knows the session too: it is signed, not remembered.
    owl.stack.renew("Admin")
    status, page = browser.open(f"/console/alerts/{alert['short_id']}")
    assert status == 200 and "Read in the console" in words(page), words(page)


def test_pages_land_in_the_inbox(owl, first_key):
    owl.fire("INITECH_KEY", "Landed in the inbox")
    browser, page = logged_in(owl, first_key)
    token = fields(page)["form_token"]
    browser.open("/console/acting", {"form_token": token, "back": "/console/", "as": "initech/alice"})
    page = eventually("card and page are in the inbox", lambda: [
        page for page in [browser.open("/console/")[1]] if page.count("Landed in the inbox") >= 2])[0]
    assert "Acknowledge" in words(page)
