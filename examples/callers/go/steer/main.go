// Package main cancels a bulk, does again what failed in it, or reads its rows: go run ./steer <cancel, retry or rows> <name> <requested by>
package main

import (
	"context"
	"encoding/json"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"os"
)

type object = map[string]any

func must[Value any](value Value, err error) Value {
	if err != nil {
		panic(err) // OperationInProgress, for one: its details say what runs, since when, and asked for by whom
	}
	return value
}

func main() {
	verb, id, by, ctx, answer, report, page, rows := os.Args[1], "flow-log-bulk/"+os.Args[2], os.Args[3], context.Background(), object{}, object{}, object{}, []any{}
	c := must(client.Dial(client.Options{HostPort: os.Getenv("TEMPORAL_ADDRESS"), Namespace: os.Getenv("TEMPORAL_NAMESPACE")}))
	if verb == "cancel" {
		must(answer, must(c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: verb, WaitForStage: client.WorkflowUpdateStageCompleted,
			Args: []any{object{"requestedBy": by, "reason": "incident 7"}}})).Get(ctx, &answer))
	} else if verb == "retry" {
		input := object{"operation": "enable", "retryOf": id, "requestedBy": by}
		id += "-again"
		start := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{ID: id, TaskQueue: "flow-log", WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING}, "bulkFlowLogs", input)
		must(answer, must(c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start, UpdateOptions: client.UpdateWorkflowOptions{
			UpdateName: "request", WaitForStage: client.WorkflowUpdateStageCompleted, Args: []any{object{"operation": "enable", "input": input}}}})).Get(ctx, &answer))
	}
	must(report, c.GetWorkflow(ctx, id, "").Get(ctx, &report))
	for after := any(0); after != nil; after, page = page["next"], nil {
		must(page, must(c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: "flow-log"}, "readRows", object{"rows": report["rows"], "after": after})).Get(ctx, &page))
		rows = append(rows, page["rows"].([]any)...)
	}
	must(0, json.NewEncoder(os.Stdout).Encode(object{"answer": answer, "end": report["end"], "rows": rows}))
}
