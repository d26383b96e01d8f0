package io.ingot.run;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From rows to records. */
final class Rows {
  private Rows() {}

  static RunRecord run(ResultSet row) throws SQLException {
    return new RunRecord(
        Sql.text(row, "id"),
        Sql.text(row, "job_name"),
        Path.of(Sql.text(row, "job_file")),
        Sql.text(row, "lock_json"),
        Sql.text(row, "plan_digest"),
        row.getString("origin_run"),
        RunState.valueOf(Sql.text(row, "state")),
        time(row, "created_at"),
        Sql.instant(row, "ended_at"));
  }

  static StepRecord step(ResultSet row) throws SQLException {
    String code = row.getString("error_code");
    return new StepRecord(
        Sql.text(row, "run_id"),
        Sql.text(row, "name"),
        Sql.text(row, "kind"),
        row.getInt("kind_version"),
        row.getBoolean("pure"),
        Sql.text(row, "pool"),
        Sql.text(row, "parameters_json"),
        StepState.valueOf(Sql.text(row, "state")),
        row.getInt("fence"),
        row.getInt("attempts"),
        row.getString("progress"),
        row.getString("cache_key"),
        row.getString("output_digest"),
        row.getString("reason"),
        code == null ? null : FailureCode.valueOf(code),
        Sql.instant(row, "started_at"),
        Sql.instant(row, "ended_at"));
  }

  static AttemptRecord attempt(ResultSet row) throws SQLException {
    return new AttemptRecord(
        Sql.text(row, "run_id"),
        Sql.text(row, "step"),
        row.getInt("fence"),
        Sql.text(row, "engine"),
        time(row, "started_at"),
        Sql.instant(row, "ended_at"),
        Outcome.valueOf(Sql.text(row, "outcome")),
        row.getString("message"));
  }

  static ReviewRecord review(ResultSet row) throws SQLException {
    return new ReviewRecord(
        Sql.text(row, "id"),
        Sql.text(row, "run_id"),
        Sql.text(row, "step"),
        Sql.text(row, "subject_digest"),
        Sql.text(row, "title"),
        ReviewState.valueOf(Sql.text(row, "state")),
        time(row, "created_at"),
        row.getString("decided_by"),
        Sql.instant(row, "decided_at"),
        row.getString("remark"));
  }

  static Instant time(ResultSet row, String column) throws SQLException {
    return Objects.requireNonNull(Sql.instant(row, column), column);
  }

  static @Nullable Path path(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? null : Path.of(text);
  }
}
