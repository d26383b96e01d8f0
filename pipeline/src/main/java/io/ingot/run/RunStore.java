package io.ingot.run;

import io.ingot.error.IngotException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs and their steps: submitting, reading, cancelling. Thread-safe. */
public final class RunStore {
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Database database;
  private final RunSettings settings;

  public RunStore(Database database, RunSettings settings) {
    this.database = database;
    this.settings = settings;
  }

  /**
   * Writes the plan as rows and makes its first steps READY, all in one transaction.
   *
   * @param submitKey when not null: a second submission of this key gives the first one's run
   * @return the id of the run: its time of birth in UTC and five random letters
   */
  public String submit(RunPlan plan, @Nullable String submitKey, String who) {
    check(plan);
    return database.transaction(
        connection -> {
          if (submitKey != null) {
            Optional<String> known =
                Sql.first(
                    connection,
                    "SELECT id FROM run WHERE submit_key = ?",
                    row -> Sql.text(row, "id"),
                    submitKey);
            if (known.isPresent()) {
              return known.get();
            }
          }
          Instant now = Sql.now(connection);
          String id = ID_TIME.format(now) + "-" + letters();
          Sql.update(
              connection,
              "INSERT INTO run (id, job_name, job_file, lock_json, plan_digest, submit_key,"
                  + " origin_run, state, priority, created_at)"
                  + " VALUES (?, ?, ?, ?, ?, ?,"
                  + " (SELECT MAX(id) FROM run WHERE job_name = ?), 'RUNNING', 0, ?)",
              id,
              plan.jobName(),
              plan.jobFile().toAbsolutePath().toString(),
              plan.lockJson(),
              PlanDigest.of(plan),
              submitKey,
              plan.jobName(),
              now);
          for (int i = 0; i < plan.steps().size(); i++) {
            insert(connection, id, i, plan.steps().get(i));
          }
          Transitions.wakeSuccessors(connection, id);
          Transitions.settle(connection, id);
          Transitions.audit(connection, who, "submit", id, plan.jobName());
          return id;
        });
  }

  private void insert(Connection connection, String run, int ordinal, PlannedStep step)
      throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO step (run_id, name, ordinal, kind, kind_version, pure, pool, parameters_json,"
            + " state, fence, attempts, max_attempts, cancel_requested)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'WAITING', 0, 0, ?, FALSE)",
        run,
        step.name(),
        ordinal,
        step.kind(),
        step.version(),
        step.pure(),
        step.pool(),
        step.parametersJson(),
        settings.maxAttempts());
    int n = 0;
    for (Map.Entry<String, InputRef> input : step.inputs().entrySet()) {
      String from = null;
      String digest = null;
      String path = null;
      switch (input.getValue()) {
        case InputRef.Output output -> from = output.step();
        case InputRef.External external -> {
          digest = external.digest();
          path = external.path().toAbsolutePath().toString();
        }
      }
      Sql.update(
          connection,
          "INSERT INTO step_input (run_id, step, ordinal, role, from_step, digest, path)"
              + " VALUES (?, ?, ?, ?, ?, ?, ?)",
          run,
          step.name(),
          n++,
          input.getKey(),
          from,
          digest,
          path);
    }
  }

  /** A step that no other step can wake would hang the run. */
  private static void check(RunPlan plan) {
    Set<String> before = new HashSet<>();
    for (PlannedStep step : plan.steps()) {
      for (InputRef ref : step.inputs().values()) {
        if (ref instanceof InputRef.Output output && !before.contains(output.step())) {
          throw new IllegalArgumentException(
              "step " + step.name() + " uses " + output.step() + ", which does not come before it");
        }
      }
      if (!before.add(step.name())) {
        throw new IllegalArgumentException("two steps are named " + step.name());
      }
    }
  }

  private static String letters() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      text.append("abcdefghjkmnpqrstuvwxyz23456789".charAt(RANDOM.nextInt(31)));
    }
    return text.toString();
  }

  /** The newest run of this job and plan that has not ended. */
  public Optional<RunRecord> unfinished(RunPlan plan) {
    return database.transaction(
        connection ->
            Sql.first(
                connection,
                "SELECT * FROM run WHERE job_name = ? AND plan_digest = ?"
                    + " AND state IN ('RUNNING', 'IN_REVIEW') ORDER BY created_at DESC",
                Rows::run,
                plan.jobName(),
                PlanDigest.of(plan)));
  }

  /** The newest runs first. */
  public List<RunRecord> list(int limit) {
    return database.transaction(
        connection ->
            Sql.list(
                connection,
                "SELECT * FROM run ORDER BY created_at DESC, id DESC FETCH FIRST ? ROWS ONLY",
                Rows::run,
                limit));
  }

  public Optional<RunRecord> find(String id) {
    return database.transaction(
        connection -> Sql.first(connection, "SELECT * FROM run WHERE id = ?", Rows::run, id));
  }

  /**
   * The run of this id, or of an id that ends or begins so.
   *
   * @throws IngotException when there is none or more than one
   */
  public RunRecord resolve(String text) {
    List<RunRecord> runs =
        list(10_000).stream()
            .filter(run -> run.id().startsWith(text) || run.id().endsWith(text))
            .toList();
    if (runs.size() == 1) {
      return runs.getFirst();
    }
    if (runs.isEmpty()) {
      throw IngotException.notFound("there is no run " + text + "; 'ingot runs list' shows all");
    }
    throw IngotException.usage(
        text
            + " could be "
            + runs.size()
            + " runs; give more of the id, e.g. "
            + runs.getFirst().id());
  }

  /** The steps in the order of the plan. */
  public List<StepRecord> steps(String run) {
    return database.transaction(
        connection ->
            Sql.list(
                connection,
                "SELECT * FROM step WHERE run_id = ? ORDER BY ordinal",
                Rows::step,
                run));
  }

  /** Digests of the inputs by role, as far as they are known. */
  public SortedMap<String, String> inputDigests(String run, String step) {
    return database.transaction(
        connection ->
            Sql.list(
                    connection,
                    "SELECT i.role, COALESCE(i.digest, p.output_digest) AS content"
                        + " FROM step_input i"
                        + " LEFT JOIN step p ON p.run_id = i.run_id AND p.name = i.from_step"
                        + " WHERE i.run_id = ? AND i.step = ?"
                        + " AND COALESCE(i.digest, p.output_digest) IS NOT NULL",
                    row -> Map.entry(Sql.text(row, "role"), Sql.text(row, "content")),
                    run,
                    step)
                .stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new)));
  }

  public List<AttemptRecord> attempts(String run) {
    return database.transaction(
        connection ->
            Sql.list(
                connection,
                "SELECT * FROM attempt WHERE run_id = ? ORDER BY started_at, step, fence",
                Rows::attempt,
                run));
  }

  /**
   * Gives every unfinished step its attempts anew and lets it start at once: a person asked for it.
   */
  public void reopen(String run, String who) {
    database.execute(
        connection -> {
          if (!Transitions.lock(connection, run).isFinal()) {
            Sql.update(
                connection,
                "UPDATE step SET attempts = 0, not_before = NULL"
                    + " WHERE run_id = ? AND state IN ('WAITING', 'READY')",
                run);
            for (String step :
                Sql.list(
                    connection,
                    "SELECT name FROM step WHERE run_id = ? AND state = 'READY'",
                    row -> Sql.text(row, "name"),
                    run)) {
              Transitions.ring(connection, run, step);
            }
            Transitions.audit(connection, who, "resume", run, null);
          }
        });
  }

  /**
   * Ends the run: what has not started never will, what runs is told at its next heartbeat.
   *
   * @return false when it had ended before
   */
  public boolean cancel(String run, String who) {
    return database.transaction(
        connection -> {
          if (Transitions.lock(connection, run).isFinal()) {
            return false;
          }
          Sql.update(
              connection,
              "UPDATE step SET state = 'CANCELLED', reason = ? WHERE run_id = ?"
                  + " AND state IN ('WAITING', 'READY', 'IN_REVIEW')",
              Sql.cut("cancelled by " + who, 4000),
              run);
          Sql.update(
              connection,
              "UPDATE step SET cancel_requested = TRUE WHERE run_id = ? AND state = 'RUNNING'",
              run);
          Sql.update(
              connection,
              "UPDATE review SET state = 'WITHDRAWN' WHERE run_id = ? AND state = 'PENDING'",
              run);
          Transitions.settle(connection, run);
          Transitions.audit(connection, who, "cancel", run, null);
          return true;
        });
  }
}
