#if !DEBUG
namespace MiniK8s.Store.Tests.Processes;

/// <summary>That what these tests start is the program compiled ahead as a whole, which users get where their machine can link one.</summary>
public class StoreProgramTests
{
    [RequiresToolFact("src/Lab/bin/Release/net10.0/native/")]
    public void Start_WhereTheNativeProgramIsBuilt_IsThatProgram()
    {
        Assert.True(File.Exists(StoreProgram.Native), $"{StoreProgram.Native} was not built; eng/restore says what is missing for it.");
        Assert.Equal(StoreProgram.Native, StoreProgram.Start().FileName);
    }
}
#endif
