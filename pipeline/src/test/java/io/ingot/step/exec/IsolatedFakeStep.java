package io.ingot.step.exec;

/** {@link FakeStep} in a process of its own. */
public final class IsolatedFakeStep extends FakeStep {
  @Override
  public String kind() {
    return "fake-isolated";
  }

  @Override
  public boolean isolated() {
    return true;
  }
}
