/** Prints the workflow id of a target, as docs/callers.md defines it: the parts of the target are the arguments. */
public class WorkflowId {
    public static void main(String[] parts) {
        System.out.print("flow-log/" + String.join("/", parts));
    }
}
