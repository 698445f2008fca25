"""Puts a stopped server's messages at the times that they should have been said at.

    backdate.py DATABASE < {"channel id": [milliseconds since 1970 of each message, in their order], …}

Whatever else happened in a channel stands a minute after the message before it, or an hour before the first one.
"""

import json
import sqlite3
import sys
from datetime import datetime, timezone

MINUTE = 60_000

database = sqlite3.connect(sys.argv[1])
for channel, times in json.load(sys.stdin).items():
    rows = database.execute("SELECT pos, event FROM events WHERE channel = ? ORDER BY pos", (channel,)).fetchall()
    now = times[0] - 60 * MINUTE if times else None
    for pos, text in rows:
        event = json.loads(text)
        if event["kind"] == "message":
            now = times.pop(0)
        elif now is not None and pos != rows[0][0]:
            now += MINUTE // 4
        if now is None:
            continue
        at = datetime.fromtimestamp(now / 1000, timezone.utc)
        event["at"] = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now % 1000:03}Z"
        values = (json.dumps(event, ensure_ascii=False), channel, pos)
        database.execute("UPDATE events SET event = ? WHERE channel = ? AND pos = ?", values)
    if now is not None:
        database.execute("UPDATE heads SET at = ? WHERE channel = ?", (now, channel))
database.commit()
