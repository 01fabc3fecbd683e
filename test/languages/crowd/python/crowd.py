"""Many callers at once: crowd.py <how many> <id of a VPC>,… prints how each of them ended, and after how many seconds."""

import asyncio
import json
import os
import sys
import time

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

# The run closed under the call, or Temporal had more updates for one run than it takes at once (10) and gave this one up: nothing was done.
AGAIN = (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNAVAILABLE, RPCStatusCode.RESOURCE_EXHAUSTED)
# Each of them is up to 10 s of attempts by the SDK.
ATTEMPTS = 6


async def ask(client, vpc, number, requested_by):
    target = {"product": "vpc", "accountId": "1000000000000001", "region": "cn-hangzhou", "resource": {"type": "VPC", "id": vpc}}
    # Every third caller wishes something else.
    options = {"deadlineMs": 300_000, "adopt": number % 3 == 2}
    argument = {"target": target, "spec": {"destination": {"project": "netlogs", "logStore": "flow"}},
                "requestedBy": requested_by, "options": options}
    for attempt in range(ATTEMPTS):
        start = WithStartWorkflowOperation("enableFlowLog", argument, id=f"flow-log/vpc/1000000000000001/cn-hangzhou/VPC/{vpc}",
                                           task_queue="flow-log", id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING)
        try:
            return await client.execute_update_with_start_workflow(
                "request", {"operation": "enable", "input": argument}, start_workflow_operation=start)
        except RPCError as error:
            if error.status not in AGAIN or attempt == ATTEMPTS - 1:
                raise


async def one(client, vpc, number):
    began = time.monotonic()
    requested_by = f"python {number}"
    try:
        run = await ask(client, vpc, number, requested_by)
        report = await client.get_workflow_handle(run["workflowId"], run_id=run["runId"]).result()
        end = report["outcome"]
    except (WorkflowUpdateFailedError, WorkflowFailureError) as error:
        end = error.cause.type
    return {"vpc": vpc, "requestedBy": requested_by, "end": end, "seconds": time.monotonic() - began}


async def main(count, vpcs):
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ["TEMPORAL_NAMESPACE"])
    ends = await asyncio.gather(*(one(client, vpcs[each % len(vpcs)], each) for each in range(count)))
    print(json.dumps(ends))


asyncio.run(main(int(sys.argv[1]), sys.argv[2].split(",")))
