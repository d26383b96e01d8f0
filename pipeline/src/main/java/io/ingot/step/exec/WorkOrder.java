package io.ingot.step.exec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.ingot.step.StepInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/**
 * Everything that a step needs to know; as JSON it is what a child process is given.
 *
 * @param step name of the step in the job
 * @param output an empty folder
 * @param scratch a folder that further attempts at the same work find again
 * @param memory a folder that all steps of the kind share
 */
public record WorkOrder(
    String step,
    String kind,
    JsonNode parameters,
    LinkedHashMap<String, StepInput> inputs,
    Path output,
    Path scratch,
    Path memory) {
  private static final JsonMapper JSON = new JsonMapper();

  void write(Path file) throws IOException {
    JSON.writeValue(file.toFile(), this);
  }

  static WorkOrder read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), WorkOrder.class);
  }
}
