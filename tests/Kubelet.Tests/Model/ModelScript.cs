namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>What a <see cref="ModelRuntime"/>'s images, processes and commands do; here all of it goes well, and at once.</summary>
internal class ModelScript
{
    /// <summary>Whether a pull succeeds; null: it waits for the test to say.</summary>
    public virtual bool? Pull(string container) => true;

    /// <summary>How long a command in a container takes, and its exit code; null: it waits for the test to say.</summary>
    public virtual (int Seconds, int Code)? Exec(string command) => (0, 0);

    /// <summary>The code with which a container ends as it starts; null: it runs.</summary>
    public virtual int? AtStart(string container) => null;

    /// <summary>How long after its stop signal a container ends, and with what; null: it does not hear it.</summary>
    public virtual (int Seconds, int Code)? AtStop(ModelRuntime.Instance instance) => (0, 0);

    /// <summary>Whether the runtime cannot do what it is asked.</summary>
    public virtual bool Fails() => false;
}
