"""Asks for one flow log and waits for it: python enable.py <requested by> [operation]"""
import asyncio, json, os, sys
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

TYPES = {"enable": "enableFlowLog", "disable": "disableFlowLog", "modify": "modifyFlowLog", "delete": "deleteFlowLog"}
# The run closed while the call was on its way, or too many ask for it at once: nothing was done.
AGAIN = (RPCStatusCode.NOT_FOUND, RPCStatusCode.UNAVAILABLE, RPCStatusCode.RESOURCE_EXHAUSTED)

async def ask(client, operation, workflow_id, argument):
    """The run that does it: started, or joined. Raises WorkflowUpdateFailedError where another wish runs."""
    for attempt in range(3):
        start = WithStartWorkflowOperation(TYPES[operation], argument, id=workflow_id, task_queue="flow-log",
                                           id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING)
        try:
            return await asyncio.wait_for(client.execute_update_with_start_workflow(
                "request", {"operation": operation, "input": argument}, start_workflow_operation=start), 60)
        except RPCError as error:
            if error.status not in AGAIN or attempt == 2:
                raise

async def main(requested_by, operation="enable"):
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"))
    argument = {"target": {"product": "vpc", "accountId": "1000000000000001", "region": "cn-hangzhou",
                           "resource": {"type": "VPC", "id": "vpc-1"}}, "requestedBy": requested_by}
    if operation == "enable":
        argument["spec"] = {"destination": {"project": "netlogs", "logStore": "flow"}}
    try:
        run = await ask(client, operation, "flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1", argument)
        report = await client.get_workflow_handle(run["workflowId"], run_id=run["runId"]).result()
        print(json.dumps({"joined": run["joined"], "outcome": report["outcome"], "flowLogId": report.get("flowLogId")}))
    except (asyncio.TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        print(json.dumps({"waiting": "accepted by Temporal, no worker has taken it up yet"}))
    except (WorkflowUpdateFailedError, WorkflowFailureError) as error:
        print(json.dumps({"type": error.cause.type, "details": error.cause.details[0]}))

asyncio.run(main(*sys.argv[1:]))
