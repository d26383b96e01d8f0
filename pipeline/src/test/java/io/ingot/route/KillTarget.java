package io.ingot.route;

import io.ingot.progress.Progress;
import io.ingot.run.Plans;
import io.ingot.run.RunPlan;
import io.ingot.run.RunRecord;
import io.ingot.run.RunState;
import io.ingot.run.RunTables;
import io.ingot.run.StepState;
import io.ingot.step.exec.RunListener;
import io.ingot.step.exec.StepRegistry;
import io.ingot.store.IngotHome;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * A process to be killed: runs one plan of fake steps in the home of its first argument, and prints
 * a line whenever something happens.
 */
public final class KillTarget {
  private KillTarget() {}

  static RunPlan plan(Path remote) {
    String slow = "{\"text\":\"%s\",\"ticks\":%d,\"tick_ms\":40}";
    return Plans.job("kill")
        .add("pull", "fake", true, slow.formatted("pull", 2))
        .add("left", "fake-isolated", true, slow.formatted("left", 4), "pull")
        .add("right", "fake", true, slow.formatted("right", 4), "pull")
        .add("merge", "fake", true, slow.formatted("merge", 3), "left", "right")
        .add("quantize", "fake", true, slow.formatted("quantize", 2), "merge")
        .add("publish", "fake-publish", false, "{\"remote\":\"" + remote + "\"}", "quantize")
        .plan();
  }

  /** Exits with 0 when the run is done. */
  public static void main(String[] arguments) throws InterruptedException {
    Path folder = Path.of(arguments[0]);
    RunPlan plan = plan(folder.resolve("remote"));
    try (IngotApplication application =
        IngotApplication.open(new IngotHome(folder), "kill me", System.getenv())) {
      RunTables tables = application.tables();
      say("opened");
      String run =
          tables
              .runs()
              .unfinished(plan)
              .map(RunRecord::id)
              .orElseGet(() -> tables.runs().submit(plan, null, "test"));
      tables.runs().reopen(run, "test");
      say("submitted");
      application.start(
          run,
          StepRegistry.load(),
          () -> {
            throw new IllegalStateException("no hub");
          },
          new Loud(),
          new TreeMap<>());
      RunRecord end = application.await(run);
      say("ended " + end.state());
      if (end.state() != RunState.DONE) {
        tables.runs().steps(run).forEach(step -> System.err.println(step));
        System.exit(1);
      }
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static final class Loud implements RunListener {
    @Override
    public void changed(String run, String step, StepState state, String text, double seconds) {
      say(step + " " + state);
    }

    @Override
    public Progress progress(String run, String step) {
      return new Progress() {
        @Override
        public void begin(String label, long total, Unit unit) {
          say(step + " begins");
        }

        @Override
        public void advance(long amount) {
          say(step + " ticks");
        }

        @Override
        public void detail(String text) {}

        @Override
        public void note(String line) {
          say(step + " notes");
        }
      };
    }
  }
}
