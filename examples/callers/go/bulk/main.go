// Package main enables many flow logs, the first as a canary that waits for a person: go run ./bulk <name> <requested by> <vpc id> …
package main

import (
	"context"
	"encoding/json"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"os"
	"time"
)

type object = map[string]any

func must[Value any](value Value, err error) Value {
	if err != nil {
		panic(err) // OperationInProgress, for one: its details say what runs, since when, and asked for by whom
	}
	return value
}

func main() {
	id, by, items, ctx := "flow-log-bulk/"+os.Args[1], os.Args[2], []object{}, context.Background()
	for _, vpc := range os.Args[3:] {
		items = append(items, object{"target": object{"product": "vpc", "accountId": "1000000000000001", "region": "cn-hangzhou",
			"resource": object{"type": "VPC", "id": vpc}}, "spec": object{"destination": object{"project": "netlogs", "logStore": "flow"}}})
	}
	input := object{"operation": "enable", "items": items, "requestedBy": by, "options": object{"canary": 1, "canaryApproval": "manual"}}
	c, run, progress, approved, report := must(client.Dial(client.Options{HostPort: os.Getenv("TEMPORAL_ADDRESS"), Namespace: os.Getenv("TEMPORAL_NAMESPACE")})), object{}, object{}, object{}, object{}
	start := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{ID: id, TaskQueue: "flow-log", WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING}, "bulkFlowLogs", input)
	must(run, must(c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start, UpdateOptions: client.UpdateWorkflowOptions{
		UpdateName: "request", WaitForStage: client.WorkflowUpdateStageCompleted, Args: []any{object{"operation": "enable", "input": input}}}})).Get(ctx, &run))
	for ; progress["phase"] != "awaiting-approval"; time.Sleep(time.Second / 2) {
		must(progress, must(c.QueryWorkflow(ctx, id, "", "bulkProgress")).Get(&progress))
	}
	must(approved, must(c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: "approve", WaitForStage: client.WorkflowUpdateStageCompleted,
		Args: []any{object{"requestedBy": by, "reason": "the canary is well"}}})).Get(ctx, &approved))
	must(report, c.GetWorkflow(ctx, id, run["runId"].(string)).Get(ctx, &report))
	must(0, json.NewEncoder(os.Stdout).Encode(object{"approved": approved, "end": report["end"], "rows": report["rows"]}))
}
