"""Runs the checks of scim2-tester, over scim2-client, against BASE with TOKEN. Prints them as JSON."""

import json
import os

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import ScimPolicy, ScimProvider
from scim2_tester import check_server

http = Client(base_url=os.environ["BASE"], headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}, timeout=60)
# By default the client takes no member that RFC 7643 does not define, such as agentExtension.
provider = ScimProvider(policy=ScimPolicy(unknown=ScimPolicy.Unknown.ignore))
checks = check_server(SyncSCIMClient(http, provider=provider), resource_types=["User", "Group"])
print(
    json.dumps(
        [
            {
                "status": check.status.name,
                "title": check.title,
                "type": check.resource_type,
                "reason": str(check.reason),
            }
            for check in checks
        ]
    )
)
