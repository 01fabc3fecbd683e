// Package main asks for one flow log and waits for it: go run . <requested by>
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"os"
	"time"
)

type object = map[string]any

func main() {
	c, err := client.Dial(client.Options{HostPort: os.Getenv("TEMPORAL_ADDRESS"), Namespace: os.Getenv("TEMPORAL_NAMESPACE")})
	input := object{"target": object{"product": "vpc", "accountId": "1000000000000001", "region": "cn-hangzhou", "resource": object{"type": "VPC", "id": "vpc-1"}},
		"spec": object{"destination": object{"project": "netlogs", "logStore": "flow"}}, "requestedBy": os.Args[1]}
	id, run, report, closed := "flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1", object(nil), object{}, &serviceerror.NotFound{}
	for attempt := 0; err == nil && run == nil && attempt < 3; attempt++ { // a run may close while the call is on its way
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // later: no worker has taken it up yet
		start := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{ID: id, TaskQueue: "flow-log",
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING}, "enableFlowLog", input)
		update, refused := c.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start, UpdateOptions: client.UpdateWorkflowOptions{
			UpdateName: "request", WaitForStage: client.WorkflowUpdateStageCompleted, Args: []any{object{"operation": "enable", "input": input}}}})
		if refused == nil {
			err = update.Get(ctx, &run)
		} else if !errors.As(refused, &closed) {
			err = refused // OperationInProgress, for one: its details say what runs, since when, and asked for by whom
		}
		cancel()
	}
	if err == nil && run != nil {
		err = c.GetWorkflow(context.Background(), id, run["runId"].(string)).Get(context.Background(), &report)
	}
	_ = json.NewEncoder(os.Stdout).Encode(object{"joined": run["joined"], "outcome": report["outcome"], "flowLogId": report["flowLogId"], "error": fmt.Sprint(err)})
}
