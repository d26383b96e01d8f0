package io.ingot.cli;

import io.ingot.store.IngotHome;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands share: the console, the home folder and the environment. */
abstract class IngotCommand implements Callable<Integer> {
  @Spec CommandSpec spec;

  /**
   * Does the work. Failures are thrown as {@link io.ingot.error.IngotException}.
   *
   * @return the exit code
   */
  @Override
  public abstract Integer call() throws Exception;

  protected final Console console() {
    return new Console(
        spec.commandLine().getOut(),
        spec.commandLine().getErr(),
        root().json,
        root().quiet,
        root().terminal(),
        root().terminal() && !root().noColor && !root().environment().containsKey("NO_COLOR"));
  }

  protected final boolean json() {
    return root().json;
  }

  protected final IngotHome home() {
    return IngotHome.of(root().home, root().environment());
  }

  protected final Map<String, String> environment() {
    return root().environment();
  }

  private Ingot root() {
    return (Ingot) spec.root().userObject();
  }
}
