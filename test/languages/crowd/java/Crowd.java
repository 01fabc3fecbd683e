import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.*;
import io.temporal.failure.ApplicationFailure;
import io.temporal.serviceclient.*;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** Many callers at once: Crowd <how many> <id of a VPC>,… prints how each of them ended, and after how many seconds. */
class Crowd {
  /** Each of them is up to a minute of attempts by the SDK, where Temporal cannot take it. */
  static final int ATTEMPTS = 6;
  static final Set<Status.Code> AGAIN = EnumSet.of(Status.Code.NOT_FOUND, Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED);

  static Map<?, ?> ask(WorkflowClient client, String vpc, int number, String requestedBy) {
    var target = Map.of("product", "vpc", "accountId", "1000000000000001", "region", "cn-hangzhou",
        "resource", Map.of("type", "VPC", "id", vpc));
    var options = Map.of("deadlineMs", 300_000, "adopt", number % 3 == 2); // every third caller wishes something else
    var input = Map.of("target", target, "spec", Map.of("destination", Map.of("project", "netlogs", "logStore", "flow")),
        "requestedBy", requestedBy, "options", options);
    var start = WorkflowOptions.newBuilder().setWorkflowId("flow-log/vpc/1000000000000001/cn-hangzhou/VPC/" + vpc)
        .setTaskQueue("flow-log")
        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING).build();
    var update = UpdateOptions.newBuilder(Map.class).setUpdateName("request")
        .setWaitForStage(WorkflowUpdateStage.COMPLETED).build();
    for (int attempt = 1; ; attempt++) try {
      return client.newUntypedWorkflowStub("enableFlowLog", start)
          .executeUpdateWithStart(update, new Object[] {Map.of("operation", "enable", "input", input)}, new Object[] {input});
    } catch (WorkflowException | StatusRuntimeException error) {
      if (attempt == ATTEMPTS || !isToBeAskedAgain(error)) throw error;
    }
  }

  /** The run closed under the call, or Temporal had more updates for one run than it takes at once (10) and gave this one up: nothing was done. */
  static boolean isToBeAskedAgain(Throwable error) {
    for (var cause = error; cause != null; cause = cause.getCause())
      if (cause instanceof StatusRuntimeException answer) return AGAIN.contains(answer.getStatus().getCode());
    return error instanceof WorkflowNotFoundException;
  }

  static Map<String, Object> one(WorkflowClient client, String vpc, int number) {
    long began = System.nanoTime();
    var requestedBy = "java " + number;
    Object end;
    try {
      Map<?, ?> run = ask(client, vpc, number, requestedBy);
      var id = WorkflowExecution.newBuilder().setWorkflowId((String) run.get("workflowId")).setRunId((String) run.get("runId"));
      end = client.newUntypedWorkflowStub(id.build(), Optional.empty()).getResult(Map.class).get("outcome");
    } catch (WorkflowException refused) {
      end = refused.getCause() instanceof ApplicationFailure failure ? failure.getType() : String.valueOf(refused);
    }
    return Map.of("vpc", vpc, "requestedBy", requestedBy, "end", end, "seconds", (System.nanoTime() - began) / 1e9);
  }

  public static void main(String[] args) throws Exception {
    var service = WorkflowServiceStubs.newServiceStubs(
        WorkflowServiceStubsOptions.newBuilder().setTarget(System.getenv("TEMPORAL_ADDRESS")).build());
    var client = WorkflowClient.newInstance(
        service, WorkflowClientOptions.newBuilder().setNamespace(System.getenv("TEMPORAL_NAMESPACE")).build());
    int count = Integer.parseInt(args[0]);
    var vpcs = args[1].split(",");
    var callers = new ArrayList<Callable<Map<String, Object>>>();
    for (int each = 0; each < count; each++) {
      int number = each;
      callers.add(() -> one(client, vpcs[number % vpcs.length], number));
    }
    var pool = Executors.newFixedThreadPool(count);
    var ends = new ArrayList<Map<String, Object>>();
    for (var each : pool.invokeAll(callers)) ends.add(each.get());
    System.out.println(new ObjectMapper().writeValueAsString(ends));
    System.exit(0);
  }
}
