"""Verifies the evidence of a transaction: its receipt, and the events that it rests on. Python 3.9 or newer alone.

    python3 verify_evidence.py EVIDENCE ISSUER TXN LOG_KEY [EXPORT]

EVIDENCE: a file of `behalf transactions evidence`, or a folder with what is in it.
ISSUER, TXN: the server and the transaction that it has to be about.
LOG_KEY: the verifier key of the transparency log (`behalf audit log`), from a source that you trust.
EXPORT: a file of `behalf audit export`. Its records are taken instead of those of EVIDENCE. Only an export shows that no event
which ended a token was left out. Verify the export itself with `behalf audit verify`.
Exit code 0: verified. 1: not, and the reason is printed. 2: arguments are missing.
"""

import hashlib
import json
import pathlib
import sys
import zipfile

from verify_receipt import check_inclusion, checkpoint_of, encoded, record_digest, require, sha256, verified

# Types of events that end a token, the difference of clocks in seconds, and the limits of a receipt.
ENDS = ("agent.retired", "delegation.revoked", "grant.revoked", "kill.ordered", "kill.reconciled", "token.revoked")
CLOCKS = 60
MOST_STEPS = 1000
MOST_EVENTS = 10000
NEVER = float("inf")


def parties_of(event):
    """The client of a token, and the agents of its chain."""
    parties = [event[name] for name in ("agent", "caller") if name in event]
    link = event.get("chain")
    while link:
        parties.append(link["sub"])
        link = link.get("act")
    return parties


def ends(event, issued):
    """Whether an event of one of the types ENDS ended the token of `issued`."""
    kind = event["type"]
    target = event.get("target") or {}
    if kind == "token.revoked":
        return (event.get("token") or {}).get("id") == issued["token"]["id"]
    people = [issued, *issued.get("inputs", {}).get("delegations", [])]
    if kind == "delegation.revoked":
        return "delegation" in event and event["delegation"] in [one.get("delegation") for one in people]
    if kind == "grant.revoked":
        return "grant" in event and event["grant"] == issued.get("grant")
    named = target.get("id")
    if named is None:
        return False
    if kind == "agent.retired" or target["kind"] in ("agent", "client"):
        return named in parties_of(issued)
    members = {"account": ("subject", "owner"), "owner": ("owner",), "delegation": ("delegation",)}
    if target["kind"] in members:
        return named in [one.get(member) for one in people for member in members[target["kind"]]]
    return named == (issued["token"]["id"] if target["kind"] == "token" else "all")


def grade_of(issued_at, ends_at, uses, reports):
    if not reports:
        return "unreported"
    # A call that the resource server refused did nothing.
    calls = [one for one in reports if one.get("outcome") != "refused"]
    times = [one.get("time") for one in calls]
    if any(not isinstance(time, int) or time > ends_at + CLOCKS for time in times):
        return "unauthorized"
    if len(calls) > uses or any(time < issued_at - CLOCKS for time in times):
        return "contradicted"
    return "confirmed"


def step_of(at, event, found, reports, closed_at):
    """One step, as a receipt states it. `found`: events of the types ENDS with their times in milliseconds."""
    token = event["token"]
    issued_at = at // 1000
    ending = min(((time, one["type"]) for time, one in found if time >= at and ends(one, event)), default=None)
    ended_at = NEVER if ending is None else ending[0] // 1000
    uses = 1 if "approval" in event else token.get("maxUses")
    limit = min(token["expiresAt"], closed_at)
    step = {
        "token": token["id"],
        "at": issued_at,
        "expires_at": token["expiresAt"],
        "scope": event.get("scopeGiven", []),
        "reports": len(reports),
        "grade": grade_of(issued_at, min(limit, ended_at), NEVER if uses is None else uses, reports),
    }
    if ended_at < limit:
        step.update(ended_at=ended_at, ended_by=ending[1])
    optional = {"agent": event.get("agent", event.get("caller")), "max_uses": uses}
    optional.update({name: event.get(name) for name in ("resource", "approval")})
    step.update({name: value for name, value in optional.items() if value is not None})
    return step


def steps_of(events, found, closed_at):
    """The steps of a receipt over these events, in their order, and whether there are more."""
    tokens, reports, is_truncated = {}, {}, False
    for at, event in events:
        if not event.get("token"):
            continue
        name = event["token"]["id"]
        has_room = name in tokens or len(tokens) < MOST_STEPS
        if event["type"] == "token.issued":
            if has_room:
                tokens[name] = (at, event)
            else:
                is_truncated = True
        elif event["type"] == "token.refused":
            tokens.pop(name, None)
        elif event["type"] == "report.stated" and has_room:
            reports.setdefault(name, []).append(event.get("inputs", {}))
    steps = [step_of(*tokens[name], found, reports.get(name, []), closed_at) for name in tokens]
    return steps, is_truncated


def split(claims, records):
    """The records that the receipt covers, and those of events that end tokens; each with its own digest."""
    through = claims["events"]["through"]
    covered, found = [], []
    for record in records:
        event = record.get("event") or {}
        is_end = event.get("type") in ENDS and event.get("outcome") == "done"
        is_own = event.get("txn") == claims["txn"] and record["sequence"] <= through.get(record["stream"], 0)
        if is_end or is_own:
            is_same = record_digest(record) == record["hash"]
            require(is_same, f"record {record['stream']}:{record['sequence']} was changed")
        if is_own:
            covered.append(record)
        if is_end and record["at"] <= claims["closed_at"] * 1000:
            found.append((record["at"], event))
    return covered, found


def check_events(claims, records):
    """The records are exactly those that the receipt covers, and they give its counts, steps and grades."""
    covered, found = split(claims, records)
    # A refusal that announced no token is only counted.
    digested = [one for one in covered if one["event"]["type"] != "token.refused" or one["event"].get("token")]
    is_long = len(digested) > MOST_EVENTS
    lines = sorted((one["stream"], one["sequence"], one["hash"]) for one in digested)
    digest = encoded(sha256(*(f"{stream}:{sequence}:{own}\n".encode() for stream, sequence, own in lines)))
    is_same = claims["events"].get("sha256") == (None if is_long else digest)
    require(is_same and len(digested) == claims["events"]["count"], "these are not the events of this receipt")
    refused = sum(one["event"]["type"] == "token.refused" for one in covered)
    require(claims["refused"] == refused, "the number of refusals is not that of the events")
    covered.sort(key=lambda one: (one["at"], one["stream"], one["sequence"]))
    steps, is_truncated = steps_of([(one["at"], one["event"]) for one in covered], found, claims["closed_at"])
    require(steps == claims["steps"], "the steps or grades are not those of the events")
    require((is_truncated or is_long) == claims.get("truncated", False), "the receipt says wrongly whether it is truncated")


def check_policies(files, records):
    """Each version that decided has a text, and the log has the digest of that text."""
    events = [one["event"] for one in records]
    active = {one["inputs"]["version"]: one["inputs"]["digest"] for one in events if one["type"] == "policy.activated"}
    for version in {one["policy"] for one in events if "policy" in one}:
        name = f"policies/{version}.cedar"
        require(hashlib.sha256(files[name]).hexdigest() == active[version], f"{name} is not the text that was activated")


def files_of(path):
    """The texts of the files of the evidence, by name."""
    if pathlib.Path(path).is_dir():
        found = (one for one in pathlib.Path(path).rglob("*") if one.is_file())
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main(arguments):
    if len(arguments) not in (4, 5):
        print(__doc__)
        return 2
    try:
        files = files_of(arguments[0])
        keys = json.loads(files["jwks.json"])["keys"]
        claims, _ = verified(files["receipt.jws"].decode(), keys, *arguments[1:4])
        is_export = len(arguments) == 5
        data = pathlib.Path(arguments[4]).read_bytes() if is_export else files["events.ndjson"] + files["related.ndjson"]
        records = [json.loads(line) for line in data.decode().split("\n") if line]
        if not is_export:
            tree = checkpoint_of(files["checkpoint"].decode(), arguments[3])
            for record in records:
                check_inclusion(record, record["index"], record["proof"], tree)
            check_policies(files, records)
        check_events(claims, records)
        print(f"verified: {claims['txn']} of {claims['agent']}, {claims['events']['count']} events, closed by {claims['cause']}")
        for step in claims["steps"]:
            print(f"  {step['grade']:13} {step.get('resource', '-')} {' '.join(step['scope'])} ({step['reports']} reports)")
        return 0
    except Exception as reason:
        print(f"not verified: {reason}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
