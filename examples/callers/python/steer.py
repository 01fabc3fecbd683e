"""Cancels a bulk, does again what failed in it, or reads its rows: python steer.py <cancel, retry or rows> <name> <requested by>"""
import asyncio, json, os, sys, uuid
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

async def cancel(client, bulk, requested_by):
    """Asks it to end, and the operations that it started: whether that was applied."""
    return await client.get_workflow_handle(bulk).execute_update("cancel", {"requestedBy": requested_by, "reason": "incident 7"})

async def retry(client, bulk, requested_by):
    """A new bulk over the targets that did not end well: the run that does it."""
    argument = {"operation": "enable", "retryOf": bulk, "requestedBy": requested_by}
    start = WithStartWorkflowOperation("bulkFlowLogs", argument, id=f"{bulk}-again", task_queue="flow-log",
                                       id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING)
    return await client.execute_update_with_start_workflow(
        "request", {"operation": "enable", "input": argument}, start_workflow_operation=start)

async def rows(client, name):
    """The rows of a report, page by page."""
    found, after = [], 0
    while after is not None:
        page = await client.execute_workflow("readRows", {"rows": name, "after": after},
                                             id=f"readRows/{uuid.uuid4()}", task_queue="flow-log")
        found, after = found + page["rows"], page.get("next")
    return found

async def main(verb, name, requested_by):
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"))
    bulk, answer = f"flow-log-bulk/{name}", {}
    if verb == "cancel":
        answer = await cancel(client, bulk, requested_by)
    elif verb == "retry":
        answer = await retry(client, bulk, requested_by)
        bulk = answer["workflowId"]
    report = await client.get_workflow_handle(bulk).result()
    print(json.dumps({"answer": answer, "end": report["end"], "rows": await rows(client, report["rows"])}))

asyncio.run(main(*sys.argv[1:]))
