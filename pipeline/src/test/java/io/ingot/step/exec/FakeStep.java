package io.ingot.step.exec;

import com.fasterxml.jackson.databind.JsonNode;
import io.ingot.error.IngotException;
import io.ingot.progress.Progress;
import io.ingot.step.Step;
import io.ingot.step.StepContext;
import io.ingot.step.StepInput;
import io.ingot.step.StepOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * A step whose parameters say what it does: {@code ticks} pauses of {@code tick_ms} with a
 * checkpoint after each, then the texts of its inputs and its own {@code text} as output. It leaves
 * a line in {@code journal} whenever it begins and ends.
 */
public class FakeStep implements Step {
  @Override
  public String kind() {
    return "fake";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public StepOutcome run(StepContext context) throws IOException, InterruptedException {
    JsonNode parameters = context.parameters();
    journal(parameters, "begin " + context.step());
    if (parameters.path("say").asText().equals("environment")) {
      System.out.println("HF_TOKEN is " + System.getenv("HF_TOKEN"));
    }
    misbehave(context);
    Path checkpoint = context.scratch().resolve("ticks");
    int done = Files.exists(checkpoint) ? Integer.parseInt(Files.readString(checkpoint)) : 0;
    int ticks = parameters.path("ticks").asInt(1);
    context.progress().begin("ticking", ticks, Progress.Unit.STEPS);
    for (int tick = done; tick < ticks; tick++) {
      context.checkCancelled();
      Thread.sleep(Duration.ofMillis(parameters.path("tick_ms").asLong(1)));
      Path next = Files.writeString(context.scratch().resolve("next"), Integer.toString(tick + 1));
      Files.move(
          next, checkpoint, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      context.progress().advance(1);
    }
    StringBuilder text = new StringBuilder();
    for (StepInput input : context.inputs().values()) {
      Path file = Files.isDirectory(input.path()) ? input.path().resolve("text") : input.path();
      text.append(Files.readString(file));
    }
    text.append(parameters.path("text").asText(context.step())).append('\n');
    Files.writeString(context.output().resolve("text"), text);
    journal(parameters, "end " + context.step());
    return StepOutcome.done("resumed at tick " + done);
  }

  private static void misbehave(StepContext context) throws IOException {
    String how = context.parameters().path("fail").asText("");
    switch (how) {
      case "invalid" -> throw IngotException.invalid("bad data in line 7");
      case "io" -> throw new IOException("connection reset");
      case "io-once" -> {
        Path mark = context.scratch().resolve("failed-once");
        if (!Files.exists(mark)) {
          Files.createFile(mark);
          throw new IOException("connection reset");
        }
      }
      case "disk-full" -> throw new IOException("No space left on device");
      case "memory" -> {
        long[][] hoard = new long[1 << 20][];
        for (int i = 0; i < hoard.length; i++) {
          hoard[i] = new long[1 << 24];
        }
      }
      case "exit" -> {
        System.out.println("native code says goodbye");
        Runtime.getRuntime().halt(42);
      }
      case "killed" -> new ProcessBuilder("sh", "-c", "kill -9 " + pid()).start();
      default -> {}
    }
    if (how.equals("killed")) {
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static void journal(JsonNode parameters, String line) throws IOException {
    if (parameters.has("journal")) {
      Files.writeString(
          Path.of(parameters.get("journal").asText()),
          line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }
}
