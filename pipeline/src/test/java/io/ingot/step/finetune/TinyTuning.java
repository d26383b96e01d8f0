package io.ingot.step.finetune;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A training of a second or two on the golden Llama, in this process or as one of its own. */
final class TinyTuning {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TinyTuning() {}

  /** Arguments: folder, model, rows, parameters as JSON. */
  public static void main(String[] arguments) throws Exception {
    ObjectNode parameters = (ObjectNode) JSON.readTree(arguments[3]);
    run(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2]), parameters);
  }

  static void run(Path folder, Path model, Path rows, ObjectNode parameters) throws Exception {
    new FinetuneStep()
        .run(new FakeContext(folder, parameters).with("model", model).with("dataset", rows));
  }

  /** Random rows of 5 to 24 tokens; the second half of each is trained. */
  static Path rows(Path file, int count, int vocabulary) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    StringBuilder text = new StringBuilder();
    for (int r = 0; r < count; r++) {
      int length = random.nextInt(5, 25);
      String ids =
          IntStream.range(0, length)
              .mapToObj(i -> String.valueOf(random.nextInt(3, vocabulary)))
              .collect(Collectors.joining(","));
      String[] parts = ids.split(",");
      String labels =
          IntStream.range(0, length)
              .mapToObj(i -> i < length / 2 ? "-100" : parts[i])
              .collect(Collectors.joining(","));
      text.append("{\"input_ids\":[" + ids + "],\"labels\":[" + labels + "]}\n");
    }
    return Files.writeString(file, text);
  }

  static ObjectNode parameters(int steps) {
    ObjectNode parameters = JSON.createObjectNode();
    parameters.put("method", "lora");
    parameters.putObject("objective").put("name", "sft");
    parameters.putObject("dataset").put("format", "tokens");
    parameters.putObject("lora").put("rank", 4).put("alpha", 8).put("dropout", 0.1);
    ObjectNode optimizer = parameters.putObject("optimizer");
    optimizer.put("name", "adamw").put("learning_rate", 3e-3).put("eps", 1e-8);
    optimizer.putArray("betas").add(0.9).add(0.999);
    optimizer.put("weight_decay", 0.01).put("max_grad_norm", 1.0);
    optimizer.put("schedule", "cosine").put("warmup_ratio", 0.1);
    ObjectNode train = parameters.putObject("train");
    train.put("max_steps", steps).put("batch_size", 3).put("gradient_accumulation", 2);
    train.put("max_length", 64).put("too_long", "drop").put("packing", false);
    train.put("shuffle", true).put("precision", "fp32").put("device", "cpu").put("seed", 42);
    return parameters;
  }
}
