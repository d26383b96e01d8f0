package io.ingot.step.exec;

import io.ingot.run.Claim;
import io.ingot.run.Claims;
import io.ingot.run.EffectLedger;
import io.ingot.step.EffectJournal;
import java.util.Optional;

/** The effect journal of one claim. */
record ClaimJournal(Claim claim, Claims claims, EffectLedger ledger, Interruption interruption)
    implements EffectJournal {
  @Override
  public Optional<Effect> find(String key) {
    return ledger
        .find(key)
        .map(
            entry -> new Effect(entry.key(), entry.target(), Optional.ofNullable(entry.receipt())));
  }

  /** Without the lease the effect would be somebody else's. */
  @Override
  public void started(String key, String target) {
    switch (claims.heartbeat(claim, null)) {
      case KEEP -> ledger.started(claim, key, target);
      case CANCEL -> stop(Interruption.Reason.CANCELLED);
      case LOST -> stop(Interruption.Reason.LOST);
    }
  }

  private void stop(Interruption.Reason reason) {
    interruption.raise(reason);
    throw new IllegalStateException("stopped before the effect: " + reason);
  }

  @Override
  public void done(String key, String receipt) {
    ledger.done(key, receipt);
  }
}
