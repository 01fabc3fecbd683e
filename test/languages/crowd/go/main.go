// Many callers at once: crowd <how many> <id of a VPC>,… prints how each of them ended, and after how many seconds.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

type object = map[string]any

// Each of them is up to a minute of attempts by the SDK, where Temporal cannot take it.
const attempts = 6

// The run closed under the call, or Temporal had more updates for one run than it takes at once (10) and gave this one up: nothing was done.
func isToBeAskedAgain(err error) bool {
	var closed *serviceerror.NotFound
	var given *serviceerror.Unavailable
	var many *serviceerror.ResourceExhausted
	return errors.As(err, &closed) || errors.As(err, &given) || errors.As(err, &many)
}

func ask(c client.Client, vpc string, number int, requestedBy string) (object, error) {
	input := object{
		"target":      object{"product": "vpc", "accountId": "1000000000000001", "region": "cn-hangzhou", "resource": object{"type": "VPC", "id": vpc}},
		"spec":        object{"destination": object{"project": "netlogs", "logStore": "flow"}},
		"requestedBy": requestedBy,
		"options":     object{"deadlineMs": 300_000, "adopt": number%3 == 2}, // every third caller wishes something else
	}
	for attempt := 0; ; attempt++ {
		start := c.NewWithStartWorkflowOperation(client.StartWorkflowOptions{ID: "flow-log/vpc/1000000000000001/cn-hangzhou/VPC/" + vpc, TaskQueue: "flow-log",
			WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING}, "enableFlowLog", input)
		update, err := c.UpdateWithStartWorkflow(context.Background(), client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start,
			UpdateOptions: client.UpdateWorkflowOptions{UpdateName: "request", WaitForStage: client.WorkflowUpdateStageCompleted,
				Args: []any{object{"operation": "enable", "input": input}}}})
		var run object
		if err == nil {
			err = update.Get(context.Background(), &run)
		}
		if err == nil || !isToBeAskedAgain(err) || attempt == attempts-1 {
			return run, err
		}
	}
}

func one(c client.Client, vpc string, number int) object {
	began := time.Now()
	requestedBy := fmt.Sprintf("go %d", number)
	run, err := ask(c, vpc, number, requestedBy)
	report := object{}
	if err == nil {
		err = c.GetWorkflow(context.Background(), run["workflowId"].(string), run["runId"].(string)).Get(context.Background(), &report)
	}
	end := fmt.Sprint(report["outcome"])
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) {
		end = failure.Type()
	} else if err != nil {
		end = err.Error()
	}
	return object{"vpc": vpc, "requestedBy": requestedBy, "end": end, "seconds": time.Since(began).Seconds()}
}

func main() {
	c, err := client.Dial(client.Options{HostPort: os.Getenv("TEMPORAL_ADDRESS"), Namespace: os.Getenv("TEMPORAL_NAMESPACE")})
	if err != nil {
		panic(err)
	}
	count, _ := strconv.Atoi(os.Args[1])
	vpcs := strings.Split(os.Args[2], ",")
	ends := make([]object, count)
	var all sync.WaitGroup
	for each := range ends {
		all.Add(1)
		go func(number int) {
			defer all.Done()
			ends[number] = one(c, vpcs[number%len(vpcs)], number)
		}(each)
	}
	all.Wait()
	_ = json.NewEncoder(os.Stdout).Encode(ends)
}
