import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Prints for each input whether its JSON Schema takes it: `Validate <folder of schemas> <file of {schema, value} lines>`. */
public class Validate {
    public static void main(String[] args) throws Exception {
        var json = new ObjectMapper();
        var factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        Map<String, JsonSchema> schemas = new HashMap<>();
        try (var paths = Files.newDirectoryStream(Path.of(args[0]), "*.schema.json")) {
            for (var path : paths) {
                var schema = factory.getSchema(json.readTree(path.toFile()));
                schema.initializeValidators();
                schemas.put(path.getFileName().toString(), schema);
            }
        }
        var verdicts = new StringBuilder();
        for (var line : Files.readAllLines(Path.of(args[1]))) {
            var each = json.readTree(line);
            var schema = schemas.get(each.get("schema").asText());
            verdicts.append(schema.validate(each.get("value")).isEmpty() ? '1' : '0');
        }
        System.out.println(verdicts);
    }
}
