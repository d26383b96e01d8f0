package io.ingot.llamacpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks llama.cpp, through its Java binding, in a JVM of its own: its threads outlive a model, and a
 * crash of native code must not take the tests down.
 */
public final class LlamaCpp {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONTEXT = 512;

  private LlamaCpp() {}

  /**
   * What llama.cpp says to a prompt.
   *
   * @param tokens ids of the prompt, special tokens of the file's flags added
   * @param text the tokens decoded again
   * @param answer greedy continuation
   */
  public record Reply(List<Integer> tokens, String text, String answer) {}

  /** Thrown when the library cannot be loaded on this machine. */
  public static final class Unavailable extends Exception {
    Unavailable(String message) {
      super(message);
    }
  }

  /** Loads a file and continues each prompt greedily by at most {@code longest} tokens. */
  public static List<Reply> ask(Path gguf, List<String> prompts, int longest)
      throws IOException, InterruptedException, Unavailable {
    Path questions = Files.createTempFile("prompts", ".json");
    Path answers = Files.createTempFile("answers", ".json");
    Path log = Files.createTempFile("reply", ".log");
    JSON.writeValue(questions.toFile(), prompts);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LlamaCpp.class.getName(),
                gguf.toString(),
                questions.toString(),
                answers.toString(),
                Integer.toString(longest))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException("llama.cpp did not finish: " + Files.readString(log));
    }
    String output = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
    if (output.contains("UnsatisfiedLinkError") || output.contains("no native library")) {
      throw new Unavailable("llama.cpp cannot be loaded here: " + tail(output));
    }
    if (process.exitValue() != 0) {
      throw new IOException("llama.cpp failed: " + tail(output));
    }
    List<Reply> replies = new ArrayList<>();
    for (JsonNode node : JSON.readTree(answers.toFile())) {
      replies.add(JSON.treeToValue(node, Reply.class));
    }
    return replies;
  }

  private static String tail(String output) {
    return output.substring(Math.max(0, output.length() - 2000));
  }

  /** The process: file, prompts, answers, longest. */
  public static void main(String[] arguments) throws IOException {
    List<String> prompts = new ArrayList<>();
    JSON.readTree(Path.of(arguments[1]).toFile()).forEach(node -> prompts.add(node.asText()));
    LlamaModel model =
        new LlamaModel(
            new ModelParameters().setModel(arguments[0]).setCtxSize(CONTEXT).setThreads(2));
    List<Reply> replies = new ArrayList<>();
    for (String prompt : prompts) {
      List<Integer> tokens = new ArrayList<>();
      int[] ids = model.encode(prompt);
      for (int id : ids) {
        tokens.add(id);
      }
      String answer =
          model.complete(
              new InferenceParameters(prompt)
                  .setTemperature(0f)
                  .setTopK(1)
                  .setSeed(1)
                  .setNPredict(Integer.parseInt(arguments[3])));
      replies.add(new Reply(tokens, model.decode(ids), answer));
    }
    JSON.writeValue(Path.of(arguments[2]).toFile(), replies);
    System.exit(0);
  }
}
