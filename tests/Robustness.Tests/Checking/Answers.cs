using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>Answers in the form in which replay gives them.</summary>
internal static class Answers
{
    /// <summary>A copy without any header, at any depth.</summary>
    public static IMessage WithoutHeaders(IMessage answer)
    {
        var copy = answer.Descriptor.Parser.ParseFrom(answer.ToByteString());
        Strip(copy);
        return copy;
    }

    private static void Strip(IMessage? answer)
    {
        switch (answer)
        {
            case RangeResponse range:
                range.Header = null;
                break;
            case PutResponse put:
                put.Header = null;
                break;
            case DeleteRangeResponse delete:
                delete.Header = null;
                break;
            case TxnResponse txn:
                txn.Header = null;
                foreach (var op in txn.Responses) Strip((IMessage?)op.ResponsePut ?? (IMessage?)op.ResponseDeleteRange ?? (IMessage?)op.ResponseRange ?? op.ResponseTxn);
                break;
        }
    }
}
