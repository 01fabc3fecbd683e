"""Enables many flow logs, the first as a canary that waits for a person: python bulk.py <name> <requested by> <vpc id> …"""
import asyncio, json, os, sys, uuid
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

async def rows(client, run):
    after = 0
    while after is not None:
        page = await client.execute_workflow("readRows", {"rows": f"bulk:{run}", "after": after},
                                             id=f"readRows/{uuid.uuid4()}", task_queue="flow-log")
        for row in page["rows"]:
            yield row
        after = page.get("next")

async def main(name, requested_by, *vpcs):
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"))
    items = [{"target": {"product": "vpc", "accountId": "1000000000000001", "region": "cn-hangzhou",
                         "resource": {"type": "VPC", "id": vpc}},
              "spec": {"destination": {"project": "netlogs", "logStore": "flow"}}} for vpc in vpcs]
    argument = {"operation": "enable", "items": items, "requestedBy": requested_by,
                "options": {"canary": 1, "canaryApproval": "manual"}}
    start = WithStartWorkflowOperation("bulkFlowLogs", argument, id=f"flow-log-bulk/{name}", task_queue="flow-log",
                                       id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING)
    run = await client.execute_update_with_start_workflow(
        "request", {"operation": "enable", "input": argument}, start_workflow_operation=start)
    bulk = client.get_workflow_handle(run["workflowId"], first_execution_run_id=run["runId"])
    while (await bulk.query("bulkProgress"))["phase"] != "awaiting-approval":
        await asyncio.sleep(0.5)
    approved = await bulk.execute_update("approve", {"requestedBy": requested_by, "reason": "the canary is well"})
    report = await bulk.result()
    states = [row["state"] async for row in rows(client, run["runId"])]
    again = await client.get_workflow_handle(run["workflowId"]).describe()
    print(json.dumps({"approved": approved, "end": report["end"], "states": states, "status": again.status.name}))

asyncio.run(main(*sys.argv[1:]))
