package io.ingot.step;

import java.util.Optional;

/**
 * Durable record of effects outside of the house. An entry that was started but not done means: ask
 * the target before doing it again.
 */
public interface EffectJournal {
  /** One effect; {@code receipt} is empty until it is done. */
  record Effect(String key, String target, Optional<String> receipt) {}

  Optional<Effect> find(String key);

  /** Records the intention, before the effect; renews the lease of the step. */
  void started(String key, String target);

  /** Records what the target answered. */
  void done(String key, String receipt);
}
