using MiniK8s.Kubelet.PodWorkers;

namespace MiniK8s.Kubelet.Tests.Model;

// The end of a run: what is broken is mended, and time passes until all is well, and then some.
internal sealed partial class ModelRun
{
    private const int Rounds = 100;

    private void Settle(int steps)
    {
        _script.Heals = true;
        _kubelet.HasVolumeFault = false;
        _api.Failures = 0;
        _probes.Failures.Clear();
        _probes.NotReady.Clear();
        for (var round = 0; ; round++)
        {
            Reseed(steps + round);
            Mend();
            Pass(20);
            if (_api.Watch.Count == 0 && Wrong() is null)
            {
                Pass(100);      // past the next look that nothing asks for
                if (_api.Watch.Count == 0 && Wrong() is null) return;
            }
            if (round == Rounds) throw new InvalidOperationException($"It does not settle: {Wrong() ?? "it goes on for ever"}");
        }
    }

    private void Mend()
    {
        while (_api.Watch.Count > 0)
        {
            Hear();
            Rest();
        }
        foreach (var gate in _runtime.Gates.ToList()) gate.Open(true);
        Rest();
        foreach (var instance in _runtime.Running.ToList())
        {
            if (instance.Status.Name[0] == 'i') _runtime.Exit(instance, 0);
            else StartupSucceeds(instance);
        }
        Rest();
    }

    private string? Wrong()
    {
        foreach (var uid in _api.Last.Keys.Where(uid => uid != _api.Stored?.Metadata.Uid))
        {
            if (_runtime.Knows(uid)) return $"something of {uid} is left, which is gone from the apiserver";
        }
        if (_api.Stored is not { } pod) return null;
        return pod.IsDeleting() ? $"{pod.Metadata.Uid} is still there, and was to go" : ModelEnd.WhatIsWrong(pod, _runtime, Trace);
    }
}
