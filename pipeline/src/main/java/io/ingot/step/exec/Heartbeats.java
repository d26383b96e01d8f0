package io.ingot.step.exec;

import io.ingot.run.Claim;
import io.ingot.run.Claims;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the leases of what runs here. A step whose lease is lost, or could not be renewed for so
 * long that it may be, is stopped.
 */
final class Heartbeats implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

  private final Claims claims;
  private final long selfFenceNanos;
  private final Map<Claim, Beat> beats = new ConcurrentHashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("heartbeat").factory());

  Heartbeats(Claims claims, Duration lease, Duration period) {
    this.claims = claims;
    this.selfFenceNanos = lease.toNanos() * 3 / 4;
    clock.scheduleWithFixedDelay(
        this::beatAll, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static final class Beat {
    final Interruption interruption;
    final Supplier<String> progress;
    volatile long renewed = System.nanoTime();

    Beat(Interruption interruption, Supplier<String> progress) {
      this.interruption = interruption;
      this.progress = progress;
    }
  }

  void add(Claim claim, Interruption interruption, Supplier<String> progress) {
    beats.put(claim, new Beat(interruption, progress));
  }

  void remove(Claim claim) {
    beats.remove(claim);
  }

  /** Stops everything that runs here. */
  void stopAll() {
    beats.values().forEach(beat -> beat.interruption.raise(Interruption.Reason.STOPPING));
  }

  boolean isEmpty() {
    return beats.isEmpty();
  }

  private void beatAll() {
    beats.forEach(this::beat);
  }

  private void beat(Claim claim, Beat beat) {
    try {
      long asked = System.nanoTime();
      switch (claims.heartbeat(claim, beat.progress.get())) {
        case KEEP -> beat.renewed = asked;
        case CANCEL -> beat.interruption.raise(Interruption.Reason.CANCELLED);
        case LOST -> {
          if (beats.containsKey(claim)) {
            beat.interruption.raise(Interruption.Reason.LOST);
          }
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("no heartbeat for {} of run {}: {}", claim.step(), claim.run(), e.getMessage());
      if (System.nanoTime() - beat.renewed > selfFenceNanos) {
        beat.interruption.raise(Interruption.Reason.LOST);
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
