package io.ingot.run;

import io.ingot.error.IngotException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where people decide. A decision belongs to the digest of its subject, is made once, and is found
 * again by any later run. Thread-safe.
 */
public final class ReviewDesk {
  private final Database database;

  public ReviewDesk(Database database) {
    this.database = database;
  }

  /** The newest first. */
  public List<ReviewRecord> list(boolean onlyPending) {
    return database.transaction(
        connection ->
            Sql.list(
                connection,
                "SELECT * FROM review WHERE state = 'PENDING' OR ? ORDER BY created_at DESC, id",
                Rows::review,
                !onlyPending));
  }

  /** Reviews of this run that nobody has decided. */
  public List<ReviewRecord> pending(String run) {
    return list(true).stream().filter(review -> review.run().equals(run)).toList();
  }

  /**
   * The review of this id, or the only pending one of the run of this id.
   *
   * @throws IngotException when there is none
   */
  public ReviewRecord show(String idOrRun) {
    List<ReviewRecord> reviews =
        list(false).stream().filter(review -> review.id().equals(idOrRun)).toList();
    if (reviews.isEmpty()) {
      reviews = pending(idOrRun);
    }
    if (reviews.isEmpty()) {
      throw IngotException.notFound(
          "there is no review " + idOrRun + "; 'ingot review list' shows all");
    }
    if (reviews.size() > 1) {
      throw IngotException.usage(
          "run " + idOrRun + " has " + reviews.size() + " reviews; 'ingot review list' shows them");
    }
    return reviews.getFirst();
  }

  /** The newest decision about this subject, when it is an approval. */
  public Optional<ReviewRecord> approval(String subjectDigest) {
    return database.transaction(
        connection ->
            Sql.first(
                    connection,
                    "SELECT * FROM review WHERE subject_digest = ?"
                        + " AND state IN ('APPROVED', 'REJECTED') ORDER BY decided_at DESC",
                    Rows::review,
                    subjectDigest)
                .filter(review -> review.state() == ReviewState.APPROVED));
  }

  /**
   * Approves; the step goes on where an engine runs.
   *
   * @param remark may be empty
   * @throws IngotException of kind CONFLICT when it is decided already, NOT_FOUND when unknown
   */
  public ReviewRecord approve(String id, String by, String remark) {
    return decide(id, by, remark, ReviewState.APPROVED);
  }

  /**
   * Rejects; the step fails with the reason.
   *
   * @throws IngotException of kind CONFLICT when it is decided already, NOT_FOUND when unknown
   */
  public ReviewRecord reject(String id, String by, String reason) {
    return decide(id, by, reason, ReviewState.REJECTED);
  }

  private ReviewRecord decide(String id, String by, String remark, ReviewState verdict) {
    if (by.isBlank()) {
      throw IngotException.usage("a decision needs the name of the person who makes it");
    }
    ReviewRecord asked = show(id);
    return database.transaction(
        connection -> {
          Transitions.lock(connection, asked.run());
          int rows =
              Sql.update(
                  connection,
                  "UPDATE review SET state = ?, decided_by = ?, decided_at = CURRENT_TIMESTAMP,"
                      + " remark = ? WHERE id = ? AND state = 'PENDING'",
                  verdict,
                  Sql.cut(by, 200),
                  Sql.cut(remark, 4000),
                  asked.id());
          ReviewRecord now = read(connection, asked.id());
          if (rows == 0) {
            throw IngotException.conflict(
                "review "
                    + asked.id()
                    + " is "
                    + now.state().name().toLowerCase(Locale.ROOT)
                    + (now.decidedBy() == null
                        ? ""
                        : " by " + now.decidedBy() + " at " + now.decidedAt())
                    + "; a decision is made once");
          }
          if (verdict == ReviewState.APPROVED) {
            wake(connection, now);
          } else {
            failStep(connection, now);
          }
          Transitions.settle(connection, now.run());
          Transitions.audit(
              connection,
              by,
              verdict == ReviewState.APPROVED ? "approve" : "reject",
              now.run() + "/" + now.step(),
              now.subjectDigest() + " " + remark);
          return now;
        });
  }

  private static ReviewRecord read(Connection connection, String id) throws SQLException {
    return Sql.first(connection, "SELECT * FROM review WHERE id = ?", Rows::review, id)
        .orElseThrow();
  }

  private static void wake(Connection connection, ReviewRecord review) throws SQLException {
    if (Sql.exists(
        connection,
        "SELECT 1 FROM step WHERE run_id = ? AND name = ? AND state = 'IN_REVIEW'",
        review.run(),
        review.step())) {
      Transitions.makeReady(connection, review.run(), review.step());
    }
  }

  static void failStep(Connection connection, ReviewRecord review) throws SQLException {
    Sql.update(
        connection,
        "UPDATE step SET state = 'FAILED', error_code = ?, reason = ?"
            + " WHERE run_id = ? AND name = ? AND state = 'IN_REVIEW'",
        FailureCode.REJECTED,
        Sql.cut("rejected by " + review.decidedBy() + ": " + review.remark(), 4000),
        review.run(),
        review.step());
    Transitions.skipDescendants(connection, review.run());
  }
}
