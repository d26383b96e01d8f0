package io.ingot.route;

import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import io.ingot.hub.Hub;
import io.ingot.progress.Progress;
import io.ingot.run.EngineLock;
import io.ingot.run.RunRecord;
import io.ingot.run.RunState;
import io.ingot.run.RunTables;
import io.ingot.run.StepState;
import io.ingot.step.exec.RunListener;
import io.ingot.step.exec.StepRegistry;
import io.ingot.step.exec.StepWorker;
import io.ingot.store.ArtifactStore;
import io.ingot.store.IngotHome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/**
 * The embedded engine: one process, one home, H2 in a file, doorbells in memory. It owns the home
 * from {@link #open} to {@link #close}; {@link #start} makes it work on a run.
 */
public final class IngotApplication implements AutoCloseable {
  private final IngotHome home;
  private final Map<String, String> environment;
  private final EngineLock lock;
  private final RunTables tables;
  private final String engine;
  private @Nullable CamelContext camel;
  private @Nullable StepWorker worker;
  private @Nullable Events events;
  private @Nullable AutoCloseable owned;
  private volatile boolean interrupted;

  private IngotApplication(
      IngotHome home,
      Map<String, String> environment,
      EngineLock lock,
      RunTables tables,
      String engine) {
    this.home = home;
    this.environment = environment;
    this.lock = lock;
    this.tables = tables;
    this.engine = engine;
  }

  /**
   * Takes the home, opens its database and frees what dead processes held.
   *
   * @param purpose what this process does, for whoever is refused
   * @throws IngotException of kind CONFLICT when another engine has the home
   */
  public static IngotApplication open(
      IngotHome home, String purpose, Map<String, String> environment) {
    EngineLock lock = EngineLock.acquire(home.path(), purpose);
    try {
      RunTables tables = RunTables.inFolder(home.database());
      tables.engines().freeDead();
      new ArtifactStore(home.artifacts()).clearStaging();
      return new IngotApplication(
          home, environment, lock, tables, tables.engines().register(purpose));
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    } catch (IOException e) {
      lock.close();
      throw new IngotException(ErrorKind.FAILED, "cannot use " + home.path() + ": " + e, e);
    }
  }

  /** Closes this when the work has stopped, e.g. the Hub that the steps use. */
  void owns(AutoCloseable resource) {
    owned = resource;
  }

  /** The rows of this home. */
  public RunTables tables() {
    return tables;
  }

  /**
   * Starts to work on a run.
   *
   * @param hub asked for when a step first needs it
   * @param tools versions by name for the manifests of artifacts
   */
  public void start(
      String run,
      StepRegistry registry,
      Supplier<Hub> hub,
      RunListener listener,
      SortedMap<String, String> tools) {
    Map<String, Integer> slots = Slots.of(environment);
    slots.forEach(tables.claims()::slots);
    Bell bell = new Bell(listener);
    worker = new StepWorker(tables, home, registry, hub, bell, engine, run, tools, environment);
    DefaultCamelContext context = new DefaultCamelContext();
    context.disableJMX();
    context.getShutdownStrategy().setTimeout(20);
    context.getShutdownStrategy().setLogInflightExchangesOnTimeout(false);
    try {
      context.addRoutes(new DeadLetterRoute());
      addListeners(context);
      context.addRoutes(new WorkRoutes(context.createProducerTemplate(), tables, worker, slots));
      context.start();
    } catch (IngotException e) {
      throw e;
    } catch (Exception e) {
      List<Path> files = UserRoutes.files(configs().resolve("routes"));
      if (files.isEmpty()) {
        throw new IllegalStateException("the routes do not start", e);
      }
      throw new IngotException(
          ErrorKind.INVALID, "the routes of " + files + " do not start: " + e.getMessage(), e);
    }
    camel = context;
  }

  private static Path configs() {
    return Path.of(System.getProperty("ingot.root", ""), "configs");
  }

  /** Whoever is told of events; most installations have none, and save the time. */
  private void addListeners(CamelContext context) throws Exception {
    Optional<Notification> notification =
        Notification.read(configs().resolve("policy.yaml"), environment);
    if (notification.isPresent()) {
      context.addRoutes(new EventRoutes(notification.get()));
    }
    List<Path> files = UserRoutes.files(configs().resolve("routes"));
    files.forEach(file -> UserRoutes.load(context, file));
    if (notification.isPresent() || !files.isEmpty()) {
      events = new Events(context.createProducerTemplate());
    }
  }

  /**
   * Waits until the run has ended, waits for a person, or {@link #interrupt} was called.
   *
   * @return the run as it is then
   */
  public RunRecord await(String run) throws InterruptedException {
    while (true) {
      Optional<RuntimeException> broken = worker == null ? Optional.empty() : worker.broken();
      if (broken.isPresent()) {
        throw broken.get();
      }
      RunRecord record = tables.runs().find(run).orElseThrow();
      if (record.state() != RunState.RUNNING || interrupted) {
        if (events != null) {
          events.run(record);
        }
        return record;
      }
      synchronized (this) {
        wait(250);
      }
    }
  }

  /** Stops all work; unfinished steps are READY for the next start. */
  public synchronized void interrupt() {
    interrupted = true;
    if (worker != null) {
      worker.stop();
    }
    notifyAll();
  }

  public boolean interrupted() {
    return interrupted;
  }

  /** Wakes whoever waits for the run when a step changes. */
  private final class Bell implements RunListener {
    private final RunListener listener;

    Bell(RunListener listener) {
      this.listener = listener;
    }

    @Override
    public void changed(String run, String step, StepState state, String text, double seconds) {
      listener.changed(run, step, state, text, seconds);
      Events told = events;
      if (told != null) {
        told.step(run, step, state, text);
      }
      synchronized (IngotApplication.this) {
        IngotApplication.this.notifyAll();
      }
    }

    @Override
    public Progress progress(String run, String step) {
      return listener.progress(run, step);
    }
  }

  /** Stops what runs, gives it back, and leaves the home to others. */
  @Override
  public void close() {
    try (EngineLock _ = lock;
        RunTables open = tables) {
      if (worker != null) {
        worker.stop();
        awaitIdle(worker);
        worker.close();
      }
      if (events != null) {
        events.drain();
      }
      if (camel != null) {
        camel.stop();
      }
      if (owned != null) {
        owned.close();
      }
      open.engines().unregister(engine);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the engine does not stop in good order", e);
    }
  }

  private static void awaitIdle(StepWorker worker) {
    long deadline = System.nanoTime() + 15_000_000_000L;
    try {
      while (!worker.isIdle() && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
