"""Makes a schedule that enables flow logs every night where they are missing: python schedule.py <name> <requested by>"""
import asyncio, os, sys
from datetime import timedelta
from temporalio.client import (Client, Schedule, ScheduleActionStartWorkflow, ScheduleOverlapPolicy, SchedulePolicy,
                               ScheduleSpec)

async def main(name, requested_by):
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], namespace=os.environ.get("TEMPORAL_NAMESPACE", "default"))
    argument = {"operation": "enable", "requestedBy": requested_by, "options": {"maxChanges": 100},
                "selectors": [{"product": "vpc", "accounts": ["1000000000000001"], "regions": ["cn-hangzhou"],
                               "resourceType": "VPC", "coverage": "missing",
                               "spec": {"destination": {"project": "netlogs", "logStore": "flow"}}}]}
    action = ScheduleActionStartWorkflow("bulkFlowLogs", argument, id=f"flow-log-bulk/schedule-{name}", task_queue="flow-log")
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(minutes=10))
    schedule = Schedule(action, ScheduleSpec(cron_expressions=["0 3 * * *"], time_zone_name="Asia/Shanghai"), policy=policy)
    handle = await client.create_schedule(f"flow-log-schedule/{name}", schedule)
    print((await handle.describe()).id)

asyncio.run(main(*sys.argv[1:]))
