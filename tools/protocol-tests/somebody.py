"""Makes somebody who has said something, so that there is something to be read, and prints their access token.

    somebody.py http://127.0.0.1:3000
"""

import json
import sys
import urllib.request

server = f"{sys.argv[1]}/api/v1"
headers = {"content-type": "application/json"}


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


token = call("POST", "/accounts", {"name": "ann", "password": "correct horse battery"})["access_token"]
headers["authorization"] = f"Bearer {token}"
hall = call("GET", "/channels")["items"][0]["id"]
call("POST", f"/channels/{hall}/messages", {"id": "019ab3de-7b1a-7c00-8000-000000000001", "body": "hello"})
print(token)
