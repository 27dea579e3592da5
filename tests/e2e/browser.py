"""Pages of the console, as a browser without scripts gets them."""

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request


class Browser:
    """Keeps cookies, follows redirects, says where a form comes from."""

    def __init__(self, owl):
        self.origin = owl.url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def open(self, url, form=None):
        """Status and page; `form` is sent off."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        headers = {} if form is None else {"Origin": self.origin}
        url = urllib.parse.urljoin(self.origin, url)
        try:
            with self.opener.open(urllib.request.Request(url, data, headers), timeout=20) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def fields(page):
    """What the inputs of a page's forms hold, by name."""
    found = {}
    for tag in re.findall(r"<input[^>]+>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in attributes:
            found[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return found


def words(page):
    """What a person reads on it."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))
