import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.client.*;
import io.temporal.failure.ApplicationFailure;
import io.temporal.serviceclient.*;
import java.util.Map;
import java.util.Optional;

/** Asks for one flow log and waits for it: java Enable <requested by> */
class Enable {
  public static void main(String[] args) {
    var service = WorkflowServiceStubs.newServiceStubs(
        WorkflowServiceStubsOptions.newBuilder().setTarget(System.getenv("TEMPORAL_ADDRESS")).build());
    var client = WorkflowClient.newInstance(
        service, WorkflowClientOptions.newBuilder().setNamespace(System.getenv("TEMPORAL_NAMESPACE")).build());
    var target = Map.of("product", "vpc", "accountId", "1000000000000001", "region", "cn-hangzhou",
        "resource", Map.of("type", "VPC", "id", "vpc-1"));
    var input = Map.of("target", target, "spec", Map.of("destination", Map.of("project", "netlogs", "logStore", "flow")),
        "requestedBy", args[0]);
    var start = WorkflowOptions.newBuilder().setWorkflowId("flow-log/vpc/1000000000000001/cn-hangzhou/VPC/vpc-1")
        .setTaskQueue("flow-log")
        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING).build();
    var update = UpdateOptions.newBuilder(Map.class).setUpdateName("request")
        .setWaitForStage(WorkflowUpdateStage.COMPLETED).build();
    var request = Map.of("operation", "enable", "input", input);
    for (int attempt = 1; ; attempt++) try { // a run may close while the call is on its way
      Map<?, ?> run = client.newUntypedWorkflowStub("enableFlowLog", start)
          .executeUpdateWithStart(update, new Object[] {request}, new Object[] {input});
      var id = WorkflowExecution.newBuilder().setWorkflowId((String) run.get("workflowId")).setRunId((String) run.get("runId"));
      Map<?, ?> report = client.newUntypedWorkflowStub(id.build(), Optional.empty()).getResult(Map.class);
      System.out.println(run.get("joined") + " " + report.get("outcome") + " " + report.get("flowLogId"));
      return;
    } catch (WorkflowNotFoundException closed) {
      if (attempt == 3) throw closed;
    } catch (WorkflowException refused) {
      System.out.println(refused.getCause() instanceof ApplicationFailure failure ? failure.getType() : refused);
      return;
    }
  }
}
